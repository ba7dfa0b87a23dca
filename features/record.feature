Feature: One record shared by everybody who gives care
  Municipal services write and read the same record (felles journal), whichever municipality they work for.

  Rule: What one service writes, every service reads

    @JRN-01 @R-JRN-01
    Scenario: Legevakt in another municipality reads what home care has just recorded
      Given a resident whom home care (hjemmetjenesten) visits
      When the nurse records the visit
      And the resident meets legevakt in another municipality
      Then legevakt reads what the nurse recorded

  Rule: The clinical summary is complete and current

    @JRN-02 @R-JRN-02
    Scenario: A withdrawn diagnosis leaves the clinical summary
      Given a resident with several diagnoses and medicines
      When the fastlege withdraws one of the diagnoses as entered in error
      And a nurse opens the clinical summary
      Then the summary shows every active item and nothing withdrawn

  Rule: Critical information comes first

    @JRN-03 @R-JRN-03
    Scenario: A serious allergy meets whoever opens the chart
      Given a resident with a serious allergy
      When legevakt opens the chart
      Then the first answer shows the allergy with code, source and date

  Rule: A correction keeps what was corrected

    @JRN-04 @R-JRN-04A
    Scenario: A corrected note can still be read as it was first written
      Given a resident with a journal note
      When the note is corrected
      And somebody asks what it said before
      Then the earlier version is there with its author

    @JRN-04 @R-JRN-04B
    Scenario: Nobody overwrites a note they have not seen the latest of
      Given a resident with a journal note
      When one nurse changes the note, and another changes the version from before
      Then the other nurse is told that the note has changed

  Rule: Coded content is kept to the letter

    @JRN-05 @R-JRN-05A
    Scenario: Diagnoses, medicines and measurements come back as they were coded
      Given a resident with diagnoses, medicines and measurements
      When everything about the resident is written and read again
      Then every code, value and text is as it was written

    @JRN-05 @R-JRN-05B
    Scenario: A code that does not exist is not let into the record
      Given a resident whose blood pressure is measured at home
      When a measurement arrives with a status that no code set knows
      Then the measurement is refused and not stored
