Feature: Those outside the common record
  A fastlege may keep a system of their own, a neighbouring region has another, and some bodies may know only a little.

  Rule: The same information outside as inside

    @SAM-12 @R-SAM-12
    Scenario: A fastlege with a system of their own has what those inside have
      Given a resident whose fastlege keeps a system of their own and has been sent an epikrise
      When the practice looks in its inbox and looks the resident up, and a nurse inside opens the record
      Then the practice has by look-up and by message what those inside see

  Rule: Moving between regions leaves no gap

    @SAM-13 @R-SAM-13
    Scenario: A resident moves here from Central Norway with a record in Helseplattformen
      Given a resident whom the record knows, and of whom Helseplattformen knows more
      When Helseplattformen hands over what it knows in one piece
      Then the resident is one person with all of it in the record

  Rule: Others get what the law allows

    @SAM-14 @R-SAM-14
    Scenario: Child welfare sees the concern and nothing else
      Given a child about whom the child health centre reports a concern (bekymringsmelding)
      When child welfare (barnevernet) opens its inbox
      Then it finds the concern with what it may know, and nothing else about the child
