Feature: When the record stops
  The power fails, a machine is lost, an attacker spoils the data. It is tried on a second installation of the record,
  which the bench starts for it, and never on the one that all others share.

  Rule: What was acknowledged is there afterwards

    @NFR-03 @R-NFR-03A
    Scenario: Nurses look for what they wrote before the power failed
      Given the power of an installation fails while nurses write about a resident, and comes back
      Then all that was acknowledged is there as written

  Rule: Reading is back first, then writing

    @NFR-03 @R-NFR-03B
    Scenario: Legevakt opens a chart after the power has failed
      Given the power of an installation fails while nurses write about a resident, and comes back
      Then the chart is back whole within five minutes, with the time until somebody notices

    @NFR-03 @R-NFR-03C
    Scenario: A nurse writes after the power has failed
      Given the power of an installation fails while nurses write about a resident, and comes back
      Then what is written is taken in within an hour, with the time until somebody notices

  Rule: A year has little of that

    @NFR-01 @R-NFR-01
    Scenario: A year of power failures, by what one takes
      Given the power of an installation fails while nurses write about a resident, and comes back
      Then a year with the faults assumed has little unplanned downtime

    @NFR-02 @R-NFR-02
    Scenario: A year of reading, by what a power failure takes
      Given the power of an installation fails while nurses write about a resident, and comes back
      Then in a year with the faults assumed the chart, medicines and critical information can nearly always be read

  Rule: An attack on one stops neither it for long nor any other

    @TIL-08 @R-TIL-08A
    Scenario: The data of one municipality are encrypted, and restored
      Given ransomware spoils all that an installation has stored, and it is restored from a backup kept apart
      Then the record is back within an hour as it was when the backup was taken

    @TIL-08 @R-TIL-08B
    Scenario: The others go on working during an attack on one municipality
      Given ransomware spoils all that an installation has stored, and it is restored from a backup kept apart
      Then the others read and write all the while, and nothing of theirs has changed

  Rule: A change goes unnoticed

    @NFR-08 @R-NFR-08A
    Scenario: The version is changed in the middle of a shift
      Given the version of an installation is changed while nurses write and look things up
      Then every one of them was answered, and all they wrote is there

    @NFR-08 @R-NFR-08B
    Scenario: A system made for the version before goes on after the change
      Given the version of an installation is changed while nurses write and look things up
      Then whoever was made for the version before finds all that it offered, and goes on with what was begun
