Feature: People as the national registers know them
  A person is who the registers say, wherever they live, and has the appointments they were promised.

  Rule: Identity is read from fields, not from the number

    @GRU-01 @R-GRU-01
    Scenario: A newcomer with a fødselsnummer of the series from 2032
      Given a newcomer whose fødselsnummer follows the rules from 2032 and says nothing of gender
      When the newcomer is registered and looked up
      Then the newcomer is found with gender and birth date as registered

    @JRN-01 @R-JRN-01B
    Scenario: Several services register the same newcomer, and none of them asks whether somebody has
      Given a newcomer whom no service knows, and a resident known to the record
      When all register the newcomer at the same moment, and the resident is given the newcomer's fødselsnummer
      Then the newcomer has one record, and the resident's is as before

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

    @INN-05 @R-INN-05D
    Scenario: A fastlege who must be present is so at one place at a time
      Given residents who need the same fastlege to be present
      When all of them book the same hour, one books from the middle of it, and one from its end
      Then the fastlege has the first and the last, and no two at once
