Feature: Messages find their receiver
  A message goes to the service it is for, where that service receives today, and silence is noticed.

  Rule: The address holds at the moment of sending

    @SAM-04 @R-SAM-04
    Scenario: The surgery gets a new HER-id and a new message server
      Given a resident whose surgery is in the address register, beside another service of the same unit
      When home care writes to the surgery, the surgery moves, and home care writes again
      Then each message went to the surgery where it received at that moment, and nowhere else

  Rule: A message that was not acknowledged is followed up

    @SAM-03 @R-SAM-03C
    Scenario: The surgery refuses one message, and cannot be reached for the next
      Given a resident whose surgery is in the address register, beside another service of the same unit
      When the surgery refuses a message, and its message server is down when the next one is sent
      Then home care sees that the first was refused and why, and the second arrives when it can
