Feature: When the record stops
  The power fails, a machine is lost, an attacker spoils the data. It is tried on a second installation of the record,
  which the bench starts for it, and never on the one that all others share. One power failure is judged in five ways.

  Background:
    Given an installation of its own with a resident in its record
    When the power fails while nurses write about the resident, and comes back

  Rule: What was acknowledged is there afterwards

    @NFR-03 @R-NFR-03A
    Scenario: Nurses look for what they wrote before the power failed
      Then all that was acknowledged is there as written

  Rule: Reading is back first, then writing

    @NFR-03 @R-NFR-03B
    Scenario: Legevakt opens a chart after the power has failed
      Then the chart is back whole within five minutes, with the time until somebody notices

    @NFR-03 @R-NFR-03C
    Scenario: A nurse writes after the power has failed
      Then what is written is taken in within an hour, with the time until somebody notices

  Rule: A year has little of that

    @NFR-01 @R-NFR-01
    Scenario: A year of power failures, by what one takes
      Then a year with the faults assumed has little unplanned downtime

    @NFR-02 @R-NFR-02
    Scenario: A year of reading, by what a power failure takes
      Then in a year with the faults assumed the chart, medicines and critical information can nearly always be read
