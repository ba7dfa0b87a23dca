Feature: Medicines in use
  Medicines are gone through once a year, packed by the pharmacy and given by nurses; what goes wrong shows in time.

  Rule: Nobody is forgotten at the yearly review

    @LEG-04 @R-LEG-04
    Scenario: Who is due for a medication review is who has had none for a year
      Given three residents, one of whom has had a medication review (legemiddelgjennomgang) this year
      When the nursing-home doctor (sykehjemslege) asks who has had none for a year
      Then exactly the other two are due

  Rule: The pharmacy packs what is prescribed now

    @LEG-05 @R-LEG-05
    Scenario: A multidose prescription is changed after the pharmacy has packed it
      Given a resident whose medicines the pharmacy packs in multidose
      When the fastlege stops the prescription after it was packed and orders another for the time being
      Then the pharmacy sees what to pack from now, and what it packed before

  Rule: A missed dose does not look like a dose given

    @LEG-06 @R-LEG-06
    Scenario: The evening shift sees that a dose was missed
      Given a resident to whom home care gives medicines, and who is not at home for one dose
      When the nurse on the evening shift looks at the doses of the day and the open alarms
      Then the dose that was missed is seen as missed, and its alarm is on the list
