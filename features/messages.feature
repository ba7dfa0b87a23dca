Feature: Messages between hospital and municipality
  Hospital and municipality tell each other what happens to a patient, each message once and in order.

  Rule: The discharge chain is complete

    @SAM-02 @R-SAM-02
    Scenario: From LOG_INNLAGT to EPIKRISE every message of a stay is in the record
      Given a resident whose stay in hospital ends with home care
      When the messages of the stay arrive in another order than they were sent
      And the intake office (tildelingskontoret) reads the messages in the order they were sent
      Then the chain is complete and in order, and the days to pay for are right

  Rule: A repeated message is one message

    @SAM-03 @R-SAM-03
    Scenario: The hospital sends a message again because no receipt came
      Given a resident who is reported admitted to hospital
      When the hospital sends the message, and sends it again
      Then the municipality has it once
