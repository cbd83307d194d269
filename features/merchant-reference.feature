Feature: The merchant's own reference

  A merchant gives a session a reference of its own, to find it again in its books. It is recorded
  on every order made through the session. It makes nothing idempotent: two sessions with one
  reference are two sessions.

  Tagged our-choice, the guide is silent and the outcome is how we read it. Tagged buyer, somebody
  has to try to pay.

  Rule: The session and its orders carry the reference

    @MR-01
    Scenario: The session carries it
      When a session is created with
        | merchant reference | new |
      Then the session, read back, has
        | merchant reference | new |

    @MR-01
    Scenario: A session without a reference has none
      Given a session with
        | merchant reference | new |
      When another session is created with
        | merchant reference | none |
      Then Clink accepts both, and makes two sessions
      And the session, read back, has
        | merchant reference | none |

    @MR-01 @buyer
    Scenario: The order that paid carries it
      Given a session with
        | merchant reference | new |
      When the buyer pays
      Then every order carries the merchant reference

    @MR-01 @buyer
    Scenario: The order of a payment that failed carries it as well
      Given a session with
        | merchant reference | new |
      When the buyer's payment fails
      Then every order carries the merchant reference

    @MR-01 @buyer
    Scenario: The order of a subscription carries it
      Given Pro is a product with a monthly price of 19.99 USD
      And a session for Pro with
        | merchant reference | new |
      When the buyer pays
      Then every order carries the merchant reference

    @MR-01 @buyer
    Scenario: Without a reference the order has none
      Given a session with
        | merchant reference | none |
      When the buyer pays
      Then the order, read, has
        | merchant reference | none |

    @MR-04 @buyer
    Scenario Outline: The <object> of a subscription carries it under a name of its own
      Given Pro is a product with a monthly price of 19.99 USD
      And a session for Pro with
        | merchant reference | new |
      When the buyer pays
      Then the <object> of the session, read, has
        | merchant reference | new |

      Examples:
        | object       |
        | subscription |
        | invoice      |

  Rule: The same reference twice is two sessions

    @MR-02
    Scenario: Two sessions of one customer
      Given a session with
        | merchant reference | new |
      When another session is created with
        | merchant reference | new |
      Then Clink accepts both, and makes two sessions

    @MR-02
    Scenario: A second session that differs is as it was asked for
      Given a session with
        | merchant reference | new |
      When another session is created with
        | merchant reference | new                  |
        | amount             | 7.50                 |
        | lines              | 3 Pencil at 2.50 USD |
      Then Clink accepts both, and makes two sessions
      And the session, read back, has
        | amount | 7.50                 |
        | lines  | 3 Pencil at 2.50 USD |

    @MR-02 @MR-03
    Scenario: The reference of a purchase does not say who buys
      Given Ada is a customer with an email and a reference
      And Ben is a customer with an email and a reference
      And a session with
        | email              | Ada's |
        | merchant reference | new   |
      When another session is created with
        | email              | Ben's |
        | merchant reference | new   |
      Then Clink accepts both, and makes two sessions
      And the session is for Ben

    @MR-02 @buyer
    Scenario: A paid session does not stand in for the next
      Given a session with
        | merchant reference | new |
      And the buyer paid
      When another session is created with
        | merchant reference | new |
      Then Clink accepts both, and makes two sessions
      And the session is still open and unpaid

  @buyer
  Rule: The reference finds the orders

    @MR-07
    Scenario: A session nobody tried to pay has no orders
      When a session is created with
        | merchant reference | new |
      Then the merchant reference finds no order

    @MR-07
    Scenario: The orders of two sessions are found together
      Given a session with
        | merchant reference | new |
      And the buyer paid
      And a session with
        | merchant reference | new |
      When the buyer pays
      Then the merchant reference finds two orders, each of its own session

    @MR-07
    Scenario: Orders without the reference are not found
      Given a session with
        | merchant reference | none |
      And the buyer paid
      And a session with
        | merchant reference | new |
      When the buyer pays
      Then the merchant reference finds one order, each of its own session
