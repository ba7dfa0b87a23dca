Feature: Information that must not wait
  In the acute chain and from the laboratory, what comes last is what counts.

  Rule: The next in the chain sees it at once

    @SAM-07 @R-SAM-07
    Scenario: Legevakt follows a patient in an ambulance on its way
      Given a resident fetched by ambulance
      When the crew reports on the way and legevakt looks after each report
      Then legevakt has seen each report first on the list, within seconds

  Rule: A corrected result takes the place of the first

    @SAM-09 @R-SAM-09
    Scenario: The laboratory corrects an answer that home care has a copy of
      Given a resident whose blood test the laboratory has answered
      When the laboratory corrects the value
      And home care, which gets a copy, looks at the results
      Then the corrected value stands in place of the first, which can still be read
