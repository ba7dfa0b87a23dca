Feature: What agencies write
  NAV and child welfare (barnevernet) write in the record itself, and get what they ask for and nothing else.

  Rule: A sick note comes from NAV's form

    @SAM-14 @R-SAM-14B
    Scenario: A sick note (sykmelding) is sent twice, and another one breaks off
      Given a resident whom the doctor reports sick in NAV's form
      When NAV sends the sick note twice, and another one that breaks off in the middle
      Then the sick note stands in the record once, with the very document, and nothing is left of the broken one

  Rule: NAV gets the statement that it asked for

    @SAM-14 @R-SAM-14D
    Scenario: The fastlege sends NAV a statement (legeerklæring) about somebody with a record
      Given a resident about whom NAV asks the fastlege for a statement (legeerklæring)
      When the fastlege writes the statement and sends it to NAV
      Then NAV has the statement and nothing else of the record, and the fastlege sees that it was received

  Rule: Child welfare answers who reported

    @SAM-14 @R-SAM-14C
    Scenario: Child welfare takes in a concern and answers the child health centre, twice
      Given a child about whom the child health centre reports a concern (bekymringsmelding)
      When child welfare (barnevernet) takes in its messages and sends its answer twice
      Then the child health centre has the answer once, linked to the concern, and child welfare saw the concern alone
