Feature: Log analysis that finds snooping
  Everybody in a service can open the records of those it serves. Who opens one out of curiosity is found in the log, and who treats is left in peace.

  @TIL-03 @R-TIL-03
  Scenario: The data-protection officer asks the log for look-ups that no task explains
    Given professionals and residents sign in one by one
    And a home-care service whose nurses live among those it serves
    When nurses look up those they visit, and a few look up themselves, a colleague, a housemate, a neighbour, or a stranger in an emergency that never was
    And the data-protection officer asks the log for unusual look-ups
    Then the officer is shown the curious ones, and hardly anybody else
