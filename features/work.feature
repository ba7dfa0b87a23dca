Feature: Work that goes from hand to hand
  Applications, referrals and tasks have somebody who answers for them and can be followed by whoever sent them.

  Rule: A referral can be followed

    @SAM-08 @R-SAM-08
    Scenario: Whoever sent an application sees it received, accepted and completed
      Given a resident for whom the hospital applies for municipal services
      When the intake office receives, accepts and completes the application
      Then the hospital sees each step as it happens, and all of them afterwards

    @SAM-08 @R-SAM-08B
    Scenario: A referral that was returned (returnert henvisning) is not taken up as if nothing had happened
      Given a resident with a referral that the hospital receives and returns
      When somebody takes the returned referral up again, and one that was withdrawn
      Then it is refused, and whoever sent it still sees what became of it

  Rule: A task has an owner and a deadline

    @SAM-10 @R-SAM-10
    Scenario: Home care sees a task from the fastlege until it is done
      Given a resident whom the fastlege asks home care to follow up by tomorrow
      When home care looks at its open tasks, does the task, and looks again
      Then the task was open with its deadline, and is done

    @SAM-10 @R-SAM-10B
    Scenario: A task that is done is not opened again
      Given a resident with tasks that home care does and calls off
      When somebody opens what is done and what was called off
      Then the tasks stay done and called off

    @ADM-04 @R-ADM-04
    Scenario: A task handed from one team to another never lies between them
      Given a resident with a task that one team has
      When the task is handed to another team
      Then it is on the list of exactly one team at every moment

  Rule: Services follow decisions

    @SAM-15 @R-SAM-15
    Scenario: The overview of services (tjenesteoversikt) shows the decisions in force
      Given a resident with one decision in force and another that ends
      When somebody opens the overview of services
      Then it shows exactly the decisions in force

    @ADM-01 @R-ADM-01
    Scenario: An application for home care leads to a decision (vedtak)
      Given a resident whose application for home care was decided during the week
      When the application and the decision are recorded
      And a relative asks what became of the application
      Then the application and the decision it led to are found together
