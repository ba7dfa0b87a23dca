Feature: An open interface that others can build on
  Other systems rely on what the record says of itself, on clear refusals, and on writes that are whole or not there.

  Rule: It is what it says it is

    @SAM-06 @R-SAM-06A
    Scenario: Everything the record claims of itself is true
      Given what the record publishes about itself
      When every claim in it is tried
      Then each of them holds

    @SAM-06 @R-SAM-06B
    Scenario: A vendor who asks wrongly is told what was wrong, and where
      Given a resident known to the record
      When a vendor's system asks with a word that does not exist, and writes something invalid
      Then each refusal explains itself

  Rule: A national identity number is not for everybody to see

    @SAM-06 @R-SAM-06C
    Scenario: A resident is found by fødselsnummer without the number showing in any address
      Given a resident known to the record
      When a receptionist looks the resident up by fødselsnummer
      Then the resident is found, and no address holds the number

  Rule: Whole or not at all

    @SAM-06 @R-SAM-06D
    Scenario: Two contacts that belong together are stored together or not at all
      Given a resident with two contacts that belong together
      When they are sent together, first with a fault in one of them, then without
      Then nothing was kept the first time and everything the second

    @SAM-06 @R-SAM-06E
    Scenario: Several services register the same newcomers at once
      Given newcomers whom no service has registered
      When eight services register each newcomer at the same moment
      Then each newcomer is in the record once
