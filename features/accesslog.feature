Feature: The access log that residents see
  Residents can see who has looked at their record, and nobody can make it look otherwise.

  Rule: Every look is in the log

    @INN-01 @R-INN-01
    Scenario: A resident sees who has looked at and written in the record
      Given a resident with diagnoses and medicines in the record
      When staff look at the record and write in it
      And the resident opens the access log on Helsenorge
      Then every look and every change is there

  Rule: The log stays as it is

    @TIL-04 @R-TIL-04
    Scenario: Somebody who has looked tries to remove the trace
      Given a resident with diagnoses and medicines in the record
      When somebody looks at the record and tries to change and remove the trace
      Then the trace is still there, unchanged
