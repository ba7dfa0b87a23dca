Feature: Access that comes and goes
  Who may open a record changes from day to day: teams form and dissolve, families move, and somebody must mend what is broken.

  Rule: Membership of a care team opens the record, and its end shuts it

    @ADM-04 @R-ADM-04B
    Scenario: A nurse from another service is in the care team (ansvarsgruppe) for a while
      Given professionals and residents sign in one by one
      And a resident whom home care looks after
      When a nurse from another service joins the resident's care team for a while, and looks before, meanwhile and after
      Then the record is open to the nurse in the time of the membership only

  Rule: Parents represent the children a parent lives with

    @INN-03 @R-INN-03B
    Scenario: A parent sees the child at home, not the one at whose address no parent lives
      Given professionals and residents sign in one by one
      And a parent with two small children, of whom only one lives with a parent
      When the parent opens both children's records on Helsenorge
      Then the parent sees the child at home and nothing of the other

  Rule: Who mends the system needs a ticket

    @TIL-06 @R-TIL-06B
    Scenario: An operator opens one record with a ticket
      Given professionals and residents sign in one by one
      And a resident whom home care looks after
      When an operator looks without a ticket, with one, and when it has ended
      Then the ticket opens that record while it lasts, and the resident sees why
