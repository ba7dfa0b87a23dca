Feature: Being told instead of asking again and again
  Who waits for something is told the moment it happens, of nothing else, and of nothing that others may not know.

  Rule: What happens is told in order, and silence means that nothing happened

    @SAM-06 @R-SAM-06F
    Scenario: Legevakt's board follows the contacts of a resident
      Given a resident whose contacts legevakt's board subscribes to
      When contacts of the resident and of a neighbour are over, and then nothing happens for a while
      Then the board was asked first, was told of each contact once and in order, and heard signs of life afterwards

    @SAM-06 @R-SAM-06G
    Scenario: A message with a fødselsnummer in its text arrives
      Given a resident whose messages home care's system subscribes to
      When a message comes that has the resident's fødselsnummer in its text
      Then home care's system is told of it without the number

  Rule: In the acute chain nothing is lost when a screen is dark for a moment

    @SAM-07 @R-SAM-07B
    Scenario: The receiving unit's screen restarts while the patient is on the way
      Given a resident on the way to a unit whose screen subscribes to contacts
      When the crew writes contacts before, while and after the screen is down
      Then the unit knows of each of them within seconds of its screen being up

  Rule: An applicant need not ask

    @INN-04 @R-INN-04B
    Scenario: An applicant is told the moment the case is decided
      Given two residents who apply for home care, and a subscription by one of them
      When both cases are decided
      Then the one is told of the own case, and of no other

  Rule: What is blocked is not told either

    @INN-02 @R-INN-02B
    Scenario: A resident blocks the medicines for everybody
      Given professionals and residents sign in one by one
      And two residents whose medicines a system subscribes to
      When one of them blocks the medicines, and medicines of both are written
      Then the system is told of the other's only
