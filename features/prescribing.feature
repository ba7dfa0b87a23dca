Feature: Who may prescribe
  Helsesykepleiere and midwives prescribe what the law lets them, and nothing else; HPR says who they are.

  Rule: The right to prescribe follows from HPR

    @LEG-07 @R-LEG-07
    Scenario: A helsesykepleier prescribes contraceptives, and no antibiotics
      Given professionals and residents sign in one by one
      And a resident whom home care looks after
      When a helsesykepleier, a midwife (jordmor) and a doctor prescribe inside and outside what HPR lets them
      And the helsesykepleier's right to prescribe is taken away
      Then what HPR lets each prescribe stands in the record, and nothing else
