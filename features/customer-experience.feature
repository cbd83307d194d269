@page
Feature: What the buyer sees

  The checkout page looks alike for every merchant. At its top stand the merchant and the way to
  leave; below, what is bought, the customer, and the payment methods and currencies that fit the
  purchase and the place of the buyer.

  Tagged our-choice, the guide is silent and the outcome is how we read it. Tagged page, the target
  has to serve the page of a session; tagged buyer, somebody has to pay.

  Rule: At the top stand the merchant and the way to leave

    @CX-02
    Scenario: The page begins with both
      Given a session with
        | success URL | https://shop.example/thanks   |
        | cancel URL  | https://shop.example/cart?a=1 |
      When the buyer opens the checkout
      Then the page begins with the merchant and the way to leave
      And the way to leave leads to https://shop.example/cart?a=1, whatever is added

    @CX-02 @second-merchant
    Scenario: The page tells one merchant from another
      Given a session with
        | cancel URL | https://shop.example/cart |
      When the buyer opens the checkout
      Then the page tells this merchant from another

    @RD-12 @our-choice
    Scenario: Without a cancel URL there is no way to leave
      Given a session with
        | cancel URL | none |
      When the buyer opens the checkout
      Then the page has no way to leave
      And the page takes a payment

  Rule: What is bought stands as the request or the catalogue has it

    @PP-03
    Scenario: Lines of the request
      Given a session with
        | lines  | 2 Notebook at 4.99 USD, 3 Pencil at 2.50 USD |
        | amount | 17.48                                        |
      When the buyer opens the checkout
      Then the page lists
        | Notebook | 2 | 4.99 USD | 9.98 USD |
        | Pencil   | 3 | 2.50 USD | 7.50 USD |
      And the page totals 17.48 USD

    @PP-04
    Scenario Outline: A product of the catalogue with a <rhythm> price
      Given Thing is a product with a <rhythm> price of 12.50 USD
      And a session for Thing
      When the buyer opens the checkout
      Then the page lists
        | Thing | 12.50 USD |

      Examples:
        | rhythm   |
        | one-time |
        | monthly  |

    @PP-04 @our-choice
    Scenario: Beside a product of the catalogue the lines of the request do not stand
      Given Mug is a product with a one-time price of 12.50 USD
      And a session for Mug with
        | lines | 1 Notebook at 12.50 USD |
      When the buyer opens the checkout
      Then the page says the name of Mug
      And the page does not say "Notebook"

  Rule: The customer is filled in

    @CX-04
    Scenario: A new customer's email
      Given a session
      When the buyer opens the checkout
      Then the page says the new email

    @CX-04
    Scenario Outline: The email of a customer who is known (customer id <id>, email <email>, reference <reference>)
      Given Ada is a customer with an email and a reference
      And a session with
        | customer id        | <id>        |
        | email              | <email>     |
        | customer reference | <reference> |
      When the buyer opens the checkout
      Then the page says the email of Ada

      Examples:
        | id    | email | reference |
        | Ada's | none  | none      |
        | none  | Ada's | none      |
        | none  | none  | Ada's     |

  Rule: Methods and currencies fit the purchase and the place

    @CX-03 @our-choice
    Scenario Outline: A one-time purchase (<method> and <currency> in <there>, not in <elsewhere>)
      Given a session
      When a buyer in <there> opens the checkout
      Then the page offers <method> among Payment methods
      And the page offers <currency> among Currencies
      And the page offers USD among Currencies
      When a buyer in <elsewhere> opens the checkout
      Then the page does not offer <method> among Payment methods
      And the page does not offer <currency> among Currencies
      And the page offers USD among Currencies

      Examples:
        | method | currency | there | elsewhere |
        | PIX    | BRL      | BR    | US        |
        | KAKAO  | KRW      | KR    | DE        |
        | UPI    | INR      | IN    | PH        |

    @CX-03 @our-choice
    Scenario Outline: A subscription is not offered every method of a purchase (<method> in <country>)
      Given Pro is a product with a monthly price of 19.99 USD
      And a session
      When a buyer in <country> opens the checkout
      Then the page offers <method> among Payment methods
      When a session for Pro is created
      And a buyer in <country> opens the checkout
      Then the page does not offer <method> among Payment methods
      And the page offers CARD among Payment methods

      Examples:
        | method | country |
        | ALIPAY | CN      |
        | QRIS   | ID      |

    @CX-03
    Scenario Outline: A method that the merchant hides is not offered (<hidden>)
      Given a session with
        | hidden methods | <hidden> |
      When the buyer opens the checkout
      Then the page does not offer CASHAPP among Payment methods
      And the page offers CARD among Payment methods

      Examples:
        | hidden          |
        | CASHAPP         |
        | PAYPAL, CASHAPP |

    @CX-03 @buyer
    Scenario: What is hidden cannot be paid by
      Given a session with
        | hidden methods | CASHAPP |
      When the buyer in US tries to pay by CASHAPP
      Then the payment is refused
      And the session is still open and unpaid
      And no order was made

    @CX-03 @buyer @our-choice
    Scenario Outline: What is not offered cannot be paid by (<method> in <country>)
      Given a session
      When the buyer in <country> tries to pay by <method>
      Then the payment is refused
      And the session is still open and unpaid
      And no order was made

      Examples:
        | method  | country |
        | PIX     | US      |
        | CASHAPP | BR      |

    @CX-03 @buyer @our-choice
    Scenario: What is offered can be paid by
      Given a session
      When the buyer in BR tries to pay by PIX
      Then the payment is taken
      And the session is now completed and paid

    @FR-15 @buyer @our-choice
    Scenario: A preselected method that is hidden stays hidden
      Given a session with
        | payment method | CASHAPP |
        | hidden methods | CASHAPP |
      And a buyer in US is not offered CASHAPP
      When a buyer in US looks at the checkout
      Then nothing is selected at first
