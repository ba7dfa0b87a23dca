Feature: Several sources become one record
  Before the common record there were up to eight systems in a municipality, and they did not agree.

  Rule: Agreement once, disagreement in plain sight

    @MIG-02 @R-MIG-02
    Scenario: Two municipal systems are moved into the record
      Given a resident of whom two municipal systems know the same diagnoses and disagree on a medicine
      When both are moved into the record, one after the other
      Then there is one record: diagnoses once each, and the two doses each with its source
