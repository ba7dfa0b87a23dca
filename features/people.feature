Feature: People as the national registers know them
  A person is who the registers say, wherever they live, and has the appointments they were promised.

  Rule: Identity is read from fields, not from the number

    @GRU-01 @R-GRU-01
    Scenario: A newcomer with a fødselsnummer of the series from 2032
      Given a newcomer whose fødselsnummer follows the rules from 2032 and says nothing of gender
      When the newcomer is registered and looked up
      Then the newcomer is found with gender and birth date as registered

  Rule: A move leaves a trace

    @GRU-03 @R-GRU-03
    Scenario: A resident moves to another municipality
      Given a resident registered with kommunenummer
      When the resident moves to another municipality
      Then both the former and the present kommunenummer can be read

  Rule: A time is given once

    @INN-05 @R-INN-05
    Scenario: Several residents book the same times with the fastlege
      Given residents who see the same free times with a fastlege
      When all of them book each time at the same moment
      Then each time belongs to one of them

    @INN-05 @R-INN-05B
    Scenario: Whoever came to an appointment did not stay away
      Given a resident with an appointment (time) at the fastlege
      When the resident comes, stays away, or calls off, and somebody says otherwise afterwards
      Then what happened stands

    @INN-05 @R-INN-05C
    Scenario: A free time in the calendar has one holder at a time
      Given residents who see the same free times (ledige timer) in a fastlege's calendar
      When all of them book each free time at the same moment, and the one who got it calls off
      Then each time has one holder, and then the next
