Feature: Standard messages and their receipts
  Who sends a message knows what became of it: taken in, or refused and why (applikasjonskvittering).

  Rule: What is taken in is acknowledged, and is in the record

    @SAM-01 @R-SAM-01A
    Scenario: Hospital, surgery and municipality write to one another about a resident
      Given a resident whom hospital, surgery and municipality write to one another about
      When each standard message is sent
      Then each is acknowledged in time and in the resident's record once

  Rule: What cannot be taken in is refused with the reason

    @SAM-01 @R-SAM-01B
    Scenario: Messages about nobody known, to nobody here and of no known type
      Given a resident whom the hospital writes about
      When messages come that name no patient, an unknown one, another receiver or an unknown type
      Then each is refused with its error code, and only the sound message is in the record

  Rule: A test is not care

    @SAM-01 @R-SAM-01C
    Scenario: The hospital tries its new system with a test message
      Given a resident whom the hospital writes about
      When the hospital sends a test message, and then a real one
      Then both are acknowledged and only the real one is in the record

  Rule: The stay comes out right in whatever order messages arrive

    @SAM-02 @R-SAM-02B
    Scenario: The messages of a stay arrive last to first, and ready for discharge is taken back too late
      Given a resident whose stay is told by message
      When the messages of the stay arrive last to first
      And ready for discharge is taken back after the discharge
      Then the stay began and ended as it did, and is not opened again

  Rule: The receipt that was lost is given again

    @SAM-03 @R-SAM-03B
    Scenario: The hospital never saw the receipt and sends the same message again
      Given a resident whom the hospital writes about
      When the same message is sent twice
      Then both are acknowledged alike and the message is in the record once
