Feature: Where a session stands

  A session is open until a payment succeeds; then it is complete. It can be paid for a limited
  time; when that is over without a payment, it has expired and takes no more attempts.

  Tagged our-choice, the guide is silent and the outcome is how we read it. Tagged buyer, somebody
  has to try to pay. Tagged time, the clock of a merchant is moved, who is of the scenario's own.

  Rule: Without a successful payment a session is open

    @ST-01
    Scenario: A session that was just created
      When a session is created
      Then Clink accepts
      And the session is open and unpaid
      And no order was made

    @ST-01
    Scenario: Nothing is paid, and no order named, before somebody pays
      When a session is created
      Then the session, read back, has
        | status         | open   |
        | payment status | unpaid |
        | paid amount    | none   |
        | order          | none   |
        | subscription   | none   |
        | invoice        | none   |

    @ST-05
    Scenario: A session says until when it can be paid
      When a session is created
      Then the session says when it ends, and that is later than now

  @buyer
  Rule: A successful payment completes the session

    @ST-02
    Scenario: A payment succeeds
      Given an open session
      When the buyer's payment succeeds
      Then the session is completed and paid
      And one order was made

    @ST-02
    Scenario: A complete session names the order that paid it
      Given an open session
      When the buyer's payment succeeds
      Then the session, read back, has
        | status         | completed |
        | payment status | paid      |
        | order          | it        |
        | paid amount    | 4.99      |
      And the order, read, has
        | status | success |
        | amount | 4.99    |

    @ST-08
    Scenario: A complete session takes no further payment
      Given an open session
      And the buyer paid
      When the buyer tries to pay
      Then the payment is refused
      And the payment's refusal is called SESSION_COMPLETED
      And the session is still completed and paid
      And one order was made

    @ST-04
    Scenario: A payment that failed leaves the session open
      Given an open session
      When the buyer's payment fails
      Then the session is still open and unpaid
      And the order, read, has
        | status       | failed |
        | failure code | some   |

    @ST-04
    Scenario: A payment that failed is not the last
      Given an open session
      And the buyer's payment failed
      When the buyer pays
      Then the session is now completed and paid
      And two orders were made

    @ST-04
    Scenario: One payment after another may fail
      Given an open session
      And the buyer's payment failed
      When the buyer's payment fails
      And the buyer pays
      Then the session is now completed and paid
      And the session, read back, has
        | order | it |
      And three orders were made

  @buyer
  Rule: What was paid for may be a one-time purchase or a subscription

    @ST-06
    Scenario: A one-time purchase
      Given a session with
        | lines | 1 Notebook at 4.99 USD |
      When the buyer pays
      Then the session, read back, has
        | subscription | none |
        | invoice      | none |
      And the order, read, has
        | type | onetime |

    @ST-06
    Scenario: A product with a one-time price
      Given Mug is a product with a one-time price of 12.50 USD
      And a session for Mug
      When the buyer pays
      Then the session, read back, has
        | subscription | none |
      And the order, read, has
        | type   | onetime |
        | amount | 12.50   |

    @ST-06
    Scenario: A subscription
      Given Pro is a product with a monthly price of 19.99 USD
      And a session for Pro
      When the buyer pays
      Then the session, read back, has
        | subscription | some |
        | invoice      | some |
      And the order, read, has
        | type   | recurring |
        | amount | 19.99     |
      And the subscription of the session, read, has
        | status  | active |
        | session | it     |
        | product | Pro    |

    @ST-06 @our-choice
    Scenario Outline: A subscription that begins with free days is paid with nothing (days: <days>)
      Given Pro is a product with a monthly price of 19.99 USD after <days> free days
      And a session for Pro
      When the buyer pays
      Then the order, read, has
        | type   | recurring |
        | amount | 0         |
      And the session, read back, has
        | subscription | some |
      And the subscription of the session, read, has
        | status | free_trial |

      Examples:
        | days |
        | 1    |
        | 7    |

    @ST-06
    Scenario: A payment that failed starts no subscription
      Given Pro is a product with a monthly price of 19.99 USD
      And a session for Pro
      When the buyer's payment fails
      Then the session, read back, has
        | subscription | none |
        | invoice      | none |

  @buyer
  Rule: A payment may be under way

    @ST-09
    Scenario: While a payment is under way the session is open
      Given an open session
      When the buyer's payment begins
      Then the session is open and processing
      And the order, read, has
        | status | pending |

    @ST-09
    Scenario Outline: The payment under way <ends>
      Given an open session
      And the buyer's payment is under way
      When the payment under way <ends>
      Then the session is <stands>
      And the order, read, has
        | status | <order> |

      Examples:
        | ends     | stands                 | order   |
        | succeeds | now completed and paid | success |
        | fails    | still open and unpaid  | failed  |

    @ST-09 @our-choice
    Scenario: While a payment is under way no other begins
      Given an open session
      And the buyer's payment is under way
      When the buyer tries to pay
      Then the payment is refused
      And the session is still open and processing
      And one order was made

    @ST-09 @our-choice
    Scenario: A payment may wait for the buyer
      Given an open session
      When the buyer's payment comes to wait for the buyer
      Then the session is open and processing
      And the order, read, has
        | status | requires_action |

    @ST-09 @our-choice
    Scenario: While a payment waits for the buyer no other begins
      Given an open session
      And the buyer's payment waits for the buyer
      When the buyer tries to pay
      Then the payment is refused
      And the session is still open and processing
      And one order was made

    @ST-09 @our-choice
    Scenario: A payment that waited for the buyer succeeds
      Given an open session
      And the buyer's payment waits for the buyer
      When the payment under way succeeds
      Then the session is now completed and paid

  @buyer @time
  Rule: A session ends when it says

    @ST-05
    Scenario: It can be paid until its end
      Given a merchant of its own whose time stands still
      And an open session
      When the session has one second left
      Then the session is still open and unpaid

    @ST-05
    Scenario: When its time is up it has expired
      Given a merchant of its own whose time stands still
      And an open session
      When the session's time is up
      Then the session is expired and unpaid

    @ST-03
    Scenario: An expired session takes no payment
      Given a merchant of its own whose time stands still
      And an open session
      And the session has expired
      When the buyer tries to pay
      Then the payment is refused
      And the payment's refusal is called SESSION_EXPIRED
      And the session is still expired and unpaid
      And no order was made

    @ST-08
    Scenario: A complete session does not expire
      Given a merchant of its own whose time stands still
      And an open session
      And the buyer paid
      When the session's time is up
      Then the session is still completed and paid

    @ST-08 @our-choice
    Scenario: A payment that succeeds after the end leaves the session expired
      Given a merchant of its own whose time stands still
      And an open session
      And the buyer's payment is under way
      And the session has expired
      When the payment under way succeeds
      Then the session is expired and paid
      And the buyer is not sent anywhere
      And the session, read back, has
        | order | it |
      And the order, read, has
        | status | success |
