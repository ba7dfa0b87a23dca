Feature: Answers from the laboratory and measurements from home
  What others measure comes when it comes, sometimes twice and sometimes in the wrong order; the record shows what holds now.

  Rule: The answer that holds is the one that was issued last

    @SAM-09 @R-SAM-09B
    Scenario: The laboratory corrects an answer, and the correction overtakes it
      Given a resident from whom the fastlege (GP) takes a blood sample
      When the laboratory answers and corrects itself, twice and in the wrong order, and sends a copy of another answer
      Then the order has the corrected answer, once, and the copy stands beside it

  Rule: A measurement is in the chart of whoever was measured

    @INN-06 @R-INN-06B
    Scenario: The hub sends a batch in which one number is wrong
      Given two residents who measure their blood pressure at home
      When the hub sends their measurements twice, with one about somebody nobody knows
      Then each has their own measurements, once, and the hub is told which one nobody took
