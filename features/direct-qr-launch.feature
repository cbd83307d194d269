Feature: The QR code that opens at once

  A merchant may wish that the checkout opens with the QR code of a payment method. The wish counts
  when the method is also the preselected one and the checkout offers it; otherwise it is ignored.
  Opening the code does not pay.

  Tagged our-choice, the guide is silent and the outcome is how we read it. Tagged buyer, somebody
  has to look at the checkout; tagged page, on the page itself.

  @buyer
  Rule: The wish counts for the preselected method that the checkout offers

    @QR-01
    Scenario: Cash App is wished, preselected and offered
      Given a session with
        | payment method | CASHAPP |
        | QR method      | CASHAPP |
      And a buyer in US is offered CASHAPP
      When a buyer in US looks at the checkout
      Then the QR code of CASHAPP opens at once

    @QR-01
    Scenario: Without the wish the checkout opens as usual
      Given a session with
        | payment method | CASHAPP |
        | QR method      | none    |
      When a buyer in US looks at the checkout
      Then no QR code opens at once

    @QR-01
    Scenario: In a subscription as in a purchase
      Given Pro is a product with a monthly price of 19.99 USD
      And a session for Pro with
        | payment method | CASHAPP |
        | QR method      | CASHAPP |
      And a buyer in US is offered CASHAPP
      When a buyer in US looks at the checkout
      Then the QR code of CASHAPP opens at once

    @QR-01
    Scenario: QRIS where it is offered
      Given a session with
        | payment method | QRIS |
        | QR method      | QRIS |
      And a buyer in ID is offered QRIS
      When a buyer in ID looks at the checkout
      Then the QR code of QRIS opens at once

  @buyer
  Rule: Otherwise the wish is ignored, and the session is like any other

    @QR-03
    Scenario Outline: The preselected method is another (<selected>)
      Given a session with
        | payment method | <selected> |
        | QR method      | CASHAPP    |
      And a buyer in US is offered CASHAPP
      When a buyer in US looks at the checkout
      Then no QR code opens at once

      Examples:
        | selected |
        | none     |
        | CARD     |
        | PAYPAL   |
        | QRIS     |

    @QR-04
    Scenario: The method is hidden
      Given a session with
        | payment method | CASHAPP |
        | hidden methods | CASHAPP |
        | QR method      | CASHAPP |
      And a buyer in US is not offered CASHAPP
      When a buyer in US looks at the checkout
      Then no QR code opens at once

    @QR-04 @our-choice
    Scenario Outline: The method is not offered where the buyer is (<method> in <country>)
      Given a session with
        | payment method | <method> |
        | QR method      | <method> |
      And a buyer in <country> is not offered <method>
      When a buyer in <country> looks at the checkout
      Then no QR code opens at once

      Examples:
        | method  | country |
        | CASHAPP | DE      |
        | CASHAPP | BR      |
        | QRIS    | US      |

    @QR-04 @our-choice
    Scenario: The method is not offered for a subscription
      Given Pro is a product with a monthly price of 19.99 USD
      And a session for Pro with
        | payment method | QRIS |
        | QR method      | QRIS |
      And a buyer in ID is not offered QRIS
      When a buyer in ID looks at the checkout
      Then no QR code opens at once

    @QR-04
    Scenario Outline: A wish that is ignored is no mistake (<selected> selected, <hidden> hidden)
      When a session is created with
        | payment method | <selected> |
        | hidden methods | <hidden>   |
        | QR method      | CASHAPP    |
      Then Clink accepts
      When the buyer pays
      Then the session is now completed and paid

      Examples:
        | selected | hidden  |
        | CARD     | none    |
        | none     | none    |
        | CASHAPP  | CASHAPP |

  Rule: Only some methods have a code that can open

    @QR-02
    Scenario Outline: No code of <method> can be opened
      When a session is created with
        | QR method | <method> |
      Then Clink refuses
      And the new email still belongs to nobody

      Examples:
        | method |
        | CARD   |
        | WECHAT |
        | ALIPAY |
        | PIX    |
        | COINS  |

  @page
  Rule: What opens at once is the page with the code

    @QR-01
    Scenario Outline: The code of <method> in <country>
      Given a session with
        | payment method | <method> |
        | QR method      | <method> |
      When a buyer in <country> opens the checkout
      Then the page opens with the QR code of <name>

      Examples:
        | method  | country | name         |
        | CASHAPP | US      | Cash App Pay |
        | QRIS    | ID      | QRIS         |

    @QR-01
    Scenario: Without the wish the page opens with the methods
      Given a session with
        | payment method | CASHAPP |
        | QR method      | none    |
      When a buyer in US opens the checkout
      Then the page opens with no QR code
      And the page offers CASHAPP among Payment methods

    @QR-03
    Scenario: Where another method is preselected the page opens with the methods
      Given a session with
        | payment method | CARD    |
        | QR method      | CASHAPP |
      When a buyer in US opens the checkout
      Then the page opens with no QR code
      And the page offers CASHAPP among Payment methods

    @QR-04
    Scenario: Where the method is not offered the page opens with the methods
      Given a session with
        | payment method | CASHAPP |
        | QR method      | CASHAPP |
      When a buyer in BR opens the checkout
      Then the page opens with no QR code
      And the page takes a payment

  @buyer @page
  Rule: A code that opens does not pay

    @QR-05
    Scenario: Opening the checkout leaves the session unpaid
      Given a session with
        | payment method | CASHAPP |
        | QR method      | CASHAPP |
      When the buyer opens the checkout
      Then the session is still open and unpaid
      And no order was made
