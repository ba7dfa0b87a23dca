Feature: The citizen's way in
  Through Helsenorge the citizen applies, follows the case, is told when it moves, and sees who has looked.

  Rule: Who applies is told

    @INN-04 @R-INN-04C
    Scenario: A resident applies through Helsenorge and is told of the decision
      Given a resident who applies for home care through Helsenorge, which wants to be told of the case
      When Helsenorge sends the application twice and the case officer decides
      Then the case is there once, Helsenorge is told that it has moved and not of what, and the resident sees the decision

  Rule: The citizen sees who has looked

    @INN-01 @R-INN-01B
    Scenario: A resident sees the own record and who has looked, through Helsenorge
      Given professionals and residents sign in one by one
      And a resident whom home care looks after
      When the nurse looks at the record, and the resident and somebody else look through Helsenorge
      Then the resident sees the record and the nurse by name, and somebody else sees neither
