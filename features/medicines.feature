Feature: One medicines list
  Everybody who prescribes or gives medicines works from the same list, and sees what changed at a transition.

  Rule: Two changes at once do not both stand

    @LEG-01 @R-LEG-01
    Scenario: Fastlege and hospital doctor change the same medicine at the same moment
      Given a resident with medicines that two prescribers are about to change
      When both prescribers change the dose of a medicine at the same moment, again and again
      Then each time one change stands and the other prescriber is told

  Rule: What changed in hospital is seen at home

    @LEG-03 @R-LEG-03
    Scenario: Home care sees what the hospital stopped and added
      Given a resident with several medicines who is in hospital
      When the hospital stops one medicine and adds another
      And home care goes through the list at the discharge
      Then the list shows what was stopped and what was added, and nothing else

  Rule: Whoever signs is warned of what does not go together

    @LEG-08 @R-LEG-08
    Scenario: The fastlege is about to sign a medicine beside those in use
      Given residents who use medicines that some others do not go together with
      When the fastlege is about to sign another medicine for each, and overrides one warning with a reason
      Then each pair that does not go together is warned of, no other is, and the reason is kept
