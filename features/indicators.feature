Feature: From the record to action and figures
  Alarms reach those who answer, and figures are counted from what was written anyway.

  Rule: An alarm reaches whoever answers it

    @INN-06 @R-INN-06
    Scenario: A measurement at home sets off an alarm
      Given a resident who measures blood pressure at home, and whose measurement sets off an alarm
      When home care sees the alarm, looks at the measurement and answers the alarm
      Then the alarm was on the list as urgent until it was answered, with what the resident measured

  Rule: Quality is counted from the record

    @RAP-02 @R-RAP-02
    Scenario: How many epikriser were sent within a day of the discharge
      Given residents who were discharged from hospital during the week, each with an epikrise
      When the share of epikriser sent within a day is counted from the record
      Then it is the share that was

  Rule: Preparedness counts at once

    @RAP-04 @R-RAP-04
    Scenario: The municipal chief doctor counts the cases of an outbreak as they come
      Given an outbreak of influenza of which the record does not know yet
      When legevakt meets case after case, and the municipal chief doctor (kommuneoverlege) counts after each
      Then the number rises with each case, at once

  Rule: Research sees diagnoses, not people

    @RAP-03 @R-RAP-03
    Scenario: Somebody opts out of research after a first extract
      Given seven residents of one sex and age with the same diagnosis, and two of another
      When researchers take out the diagnosis, one resident opts out, and they and another project take it out again
      Then nobody can be recognised or followed between projects, and who opted out is gone
