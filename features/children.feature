Feature: The child health programme
  A child is seen at set ages; growth and vaccines show how it thrives and what it has missed.

  Rule: The programme can be followed

    @JRN-07 @R-JRN-07
    Scenario: The public-health nurse sees how a child grows and which vaccine is overdue
      Given a child who has been to all checks at the child health centre (helsestasjon) but the last
      When the checks are recorded
      And the public-health nurse opens the growth curve and the list of vaccines
      Then growth can be read against other children's, and the vaccine left out is seen to be overdue
