Feature: E-prescriptions
  What the fastlege prescribes, stops and renews is what the pharmacy sees, and what the pharmacy hands out is seen by everybody.

  Rule: A prescription reaches Reseptformidleren, once

    @LEG-02 @R-LEG-02A
    Scenario: Prescriptions arrive although Reseptformidleren is down, and although its receipt is lost
      Given a resident whom the fastlege (GP) gives three medicines
      When the fastlege prescribes one, another while Reseptformidleren is down, and a third whose receipt is lost
      Then Reseptformidleren holds each of them once, as it was prescribed

  Rule: What is stopped is not handed out

    @LEG-02 @R-LEG-02B
    Scenario: A medicine is stopped, and another prescribed anew
      Given a resident whom the fastlege (GP) gives three medicines
      When the fastlege stops the first and renews the second
      Then the pharmacy can hand out the new one and the third

    @LEG-02 @R-LEG-02C
    Scenario: The pharmacy is handing out what the fastlege stops
      Given a resident whom the fastlege (GP) gives three medicines
      When the fastlege stops the first while the pharmacy is handing it out
      Then the fastlege is told that it was not recalled

  Rule: What is handed out is seen in the record

    @LEG-02 @R-LEG-02D
    Scenario: The pharmacy hands out a part of one medicine and all of another, and reports it twice
      Given a resident whom the fastlege (GP) gives three medicines
      When the pharmacy hands out a part of the first and all of the second, and each report comes twice
      Then each is in the record once, and only the second has nothing left to hand out

  Rule: There is one medicines list (PLL)

    @LEG-02 @R-LEG-02E
    Scenario: Hospital and fastlege change the same medicine on the list
      Given a resident with two medicines on the common list (PLL)
      When the hospital changes the first and adds a third, and the fastlege changes the first and the second
      Then the hospital's change stands and is told to the fastlege, and list and record have all the rest
