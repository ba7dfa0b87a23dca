Feature: Several sources become one record
  Before the common record there were up to eight systems in a municipality, and they did not agree.

  Rule: Agreement once, disagreement in plain sight

    @MIG-02 @R-MIG-02
    Scenario: Two municipal systems are moved into the record
      Given a resident of whom two municipal systems know the same diagnoses and disagree on a medicine
      When both are moved into the record, one after the other
      Then there is one record: diagnoses once each, and the two doses each with its source

  Rule: Years in which some have changed and others have not

    @MIG-03 @R-MIG-03
    Scenario: The same care in every mix of who uses the common record
      Given residents whose fastlege and municipality do or do not use the common record, in every combination
      When each is discharged, discussed and referred, and everybody looks where they can
      Then everybody has all that was meant for them, whichever side they are on
