Feature: What other systems write by themselves
  Hospital, Helseplattformen and a fastlege with a system of their own do not wait until the line is good: what they write
  may come late, again and in another order, and is still one stay and one message.

  Rule: A stay comes out right although it is told of afterwards

    @SAM-02 @R-SAM-02C
    Scenario: The hospital's line is dead during a stay
      Given a resident whose stay the hospital's own system tells of
      When its line is dead until the stay is over, and it then tells everything twice, last to first
      Then each message is acknowledged and in the record once, and the stay began and ended as it did

  Rule: What is sent all over again is known again

    @SAM-03 @R-SAM-03D
    Scenario: A fastlege outside and Helseplattformen have lost their receipts
      Given a resident whom a fastlege outside and Helseplattformen write about
      When both write, and write it all over again in another order as their receipts are lost
      Then each message is acknowledged alike each time and is in the record once
