Feature: Cases with rules and limits
  Incidents are followed up, coercion ends in time, claims add up, and whoever applies can see how it goes.

  Rule: An incident is followed up

    @ADM-06 @R-ADM-06
    Scenario: Two incidents reported from the record reach the quality adviser
      Given a nurse who reports two incidents (avvik) about a resident from the record
      When the quality adviser follows up one of them and opens the quality list and the statistics
      Then the other is still on the list, and both are counted

  Rule: Coercion that has run out is not valid

    @ADM-07 @R-ADM-07
    Scenario: The night nurse finds only the decision on coercion that is in force
      Given a resident with a decision on coercion (pbrl. kap. 4A) that has run out, and another in force
      When the night nurse asks which decisions are in force today
      Then only the decision in force is found, with its last day

  Rule: Claims follow contacts and tariff

    @ADM-08 @R-ADM-08
    Scenario: The claims of a period add up
      Given a resident with contacts that the fastlege claims from Helfo, one of them of an earlier period
      When the claims of the period are listed
      Then there is one for each contact, and they add up to what the tariff gives

  Rule: An applicant sees the case as it is

    @INN-04 @R-INN-04
    Scenario: A resident follows an application for home care on Helsenorge
      Given a resident who applies for home care on Helsenorge
      When the application is received and decided, and the resident looks at the case each time
      Then the resident has seen the case as it was, and has the letter and the notice of it
