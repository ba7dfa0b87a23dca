Feature: One plan for everybody
  A resident with an individual plan (individuell plan) shares it with all who help; nobody's measure is written over.

  Rule: Everybody's measure is kept

    @SAM-11 @R-SAM-11
    Scenario: Fastlege, home care and the resident add to the plan at the same moment
      Given residents with a plan that fastlege, home care and the resident share
      When all three add a measure at the same moment, and whoever is refused tries again
      Then one was taken each time, the others were told, and in the end all measures are in the plan
