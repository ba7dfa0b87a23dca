Feature: Work without a connection
  Coverage fails and power fails; what was written is not lost, and what was printed can be brought up to date.

  Rule: Nothing written offline is lost

    @ADM-02 @R-ADM-02
    Scenario: A nurse comes back into coverage after a round of visits
      Given a nurse who has written visits where there was no coverage, while the plan was changed at the office
      When the connection breaks while the nurse's tablet sends, and it sends everything again
      Then every visit is there once, and the nurse is told that the plan had changed

  Rule: The printed list can be brought up to date

    @NFR-05 @R-NFR-05
    Scenario: The night shift asks what has changed since the list was printed
      Given a ward list of medicines printed for the night
      When one medicine is stopped and another added after the print
      And the night shift asks what has changed since, and prints anew
      Then it is told exactly the two, and the new list is right
