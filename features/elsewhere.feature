Feature: What others know
  Not everybody shares the record; what is known elsewhere is to be seen where the patient is, and so is its absence.

  Rule: The fastlege's own system is asked

    @SAM-12 @R-SAM-12B
    Scenario: The fastlege keeps a system of their own, which is not always there
      Given a resident about whom the fastlege's own system knows a diagnosis and a medicine
      When a nurse looks at what others know, also while that system is down and while it tells of somebody else
      Then the nurse sees what the fastlege knows and where it comes from, and is told when it is missing

  Rule: Other regions are asked

    @SAM-13 @R-SAM-13B
    Scenario: A hospital of another region and Helseplattformen know something each
      Given a resident about whom a hospital and Helseplattformen know a diagnosis and a medicine each
      When a doctor looks at what others know, also while the hospital is down
      Then the doctor sees what each of them knows, and is told whose part is missing
