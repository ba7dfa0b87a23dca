Feature: Contacts of every service
  All kinds of municipal service write in one record; each finds its own work again, and everybody what is attached to it.

  Rule: Every service has its contacts

    @JRN-06 @R-JRN-06
    Scenario: Every municipal service records its kind of contact and finds it again
      Given a resident who meets the municipal services one after another
      When each service records its contact
      And legevakt opens the list of all contacts
      Then every service has found its own contacts, and legevakt finds all

  Rule: What is attached stays whole

    @JRN-08 @R-JRN-08
    Scenario: A tracing stored by legevakt is opened by the fastlege
      Given a resident whose heart is traced (EKG) at legevakt
      When the fastlege looks for the tracing and opens it
      Then it is as it was stored, to the last byte
