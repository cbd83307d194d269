Feature: What the SDK sends
  Seen from the server's side: one call of the SDK is one request, with the headers and fields of
  the contract. What the merchant did not say is not sent, and what is a number is a number.

  Rule: A session is asked for in the words of the guide

    @QS-01 @QS-02 @QS-03 @FR-02
    Scenario: The quick start of the guide
      When the shop creates the session of the quick start
      Then one request was sent: POST /api/checkout/session
      And its headers are accept, content-length, content-type, host, x-api-key and x-timestamp
      And it is signed with the shop's key and the present time
      And its body says this and nothing else
        | allowPromotionCodes         | false                  |
        | customerEmail               | "customer@example.com" |
        | originalAmount              | 4.99                   |
        | originalCurrency            | "USD"                  |
        | priceDataList[0].currency   | "USD"                  |
        | priceDataList[0].name       | "A one-time purchase"  |
        | priceDataList[0].quantity   | 1                      |
        | priceDataList[0].unitAmount | 4.99                   |
        | uiMode                      | "hostedPage"           |
      And 1 session exists

    @RD-01 @RD-02 @RD-03 @RD-07
    Scenario: An embedded session, its placeholder to the letter
      When the shop creates an embedded session
      Then its body differs from the quick start's in this alone
        | uiMode    | "elements"                                                      |
        | returnUrl | "https://shop.example.com/done?session_id={ELEMENTS_SESSION_ID}" |
      And 1 session exists

    @RD-02
    Scenario: A hosted session with both URLs
      When the shop creates a hosted session with both URLs
      Then its body differs from the quick start's in this alone
        | successUrl | "https://shop.example.com/thanks?cart=17" |
        | cancelUrl  | "https://shop.example.com/cart"           |
      And 1 session exists

    @FR-02 @FR-04 @FR-13 @PP-01 @PP-02
    Scenario: A subscription, as product, price and total
      When the shop creates a session for a subscription
      Then its body says this and nothing else
        | allowPromotionCodes                | false                  |
        | customerEmail                      | "customer@example.com" |
        | originalAmount                     | 20.00                  |
        | originalCurrency                   | "USD"                  |
        | priceId                            | "price_monthly"        |
        | productId                          | "prd_plan"             |
        | scheduledPhases[0].effectiveCycle  | 4                      |
        | scheduledPhases[0].metadata.why    | "upgrade"              |
        | scheduledPhases[0].priceSnapshotId | "snapshot_monthly"     |
        | scheduledPhases[0].quantity        | 2                      |
        | scheduledPhases[0].sequence        | 1                      |
        | uiMode                             | "hostedPage"           |
      And 1 session exists

  Rule: Amounts are numbers, digit for digit

    @QS-03 @FR-02
    Scenario Outline: <amount> stays <amount>
      When the shop sells one mug for <amount>
      Then its body differs from the quick start's in this alone
        | originalAmount              | <amount> |
        | priceDataList[0].name       | "Mug"    |
        | priceDataList[0].unitAmount | <amount> |
      And the session, read back, costs <amount>

      Examples:
        | amount                        |
        | 0.1                           |
        | 4.990                         |
        | 12.345678                     |
        | 99999999999.99                |
        | 123456789012345678.1234567890 |

    @FR-07 @FR-09 @PP-03
    Scenario: The total of several lines is their exact sum
      When the shop sells three mugs for 3.330 each and a spoon for 0.1
      Then its body differs from the quick start's in this alone
        | originalAmount              | 10.090                       |
        | priceDataList[0].imageUrl   | "https://a.example/mug.png"  |
        | priceDataList[0].name       | "Mug"                        |
        | priceDataList[0].quantity   | 3                            |
        | priceDataList[0].unitAmount | 3.330                        |
        | priceDataList[1].currency   | "USD"                        |
        | priceDataList[1].name       | "Spoon"                      |
        | priceDataList[1].quantity   | 1                            |
        | priceDataList[1].unitAmount | 0.1                          |
      And the session, read back, costs 10.090

  Rule: What is said is sent, and what is not said is not

    @CR-02 @CR-04 @CR-06 @CR-11
    Scenario Outline: The customer by <identifiers>
      Given a customer the shop knows by id, email and reference
      When the shop creates a session for the customer by <identifiers>
      Then of the customer its body names <fields> and nothing else
      And 2 sessions exist

      Examples:
        | identifiers              | fields                                         |
        | id                       | customerId                                     |
        | email                    | customerEmail                                  |
        | reference                | referenceCustomerId                            |
        | id and email             | customerId, customerEmail                      |
        | id and reference         | customerId, referenceCustomerId                |
        | email and reference      | customerEmail, referenceCustomerId             |
        | id, email and reference  | customerId, customerEmail, referenceCustomerId |

    @FR-11 @FR-14 @FR-15 @MR-01
    Scenario Outline: <option>
      When the shop creates a session with <option>
      Then its body differs from the quick start's in this alone
        | <field> | <value> |
      And 1 session exists

      Examples:
        | option                    | field                         | value        |
        | a merchant reference      | merchantReferenceId           | "A-17"       |
        | a pair of metadata        | metadata.cart                 | "17"         |
        | a preselected method      | paymentMethodType             | "CARD"       |
        | a hidden method           | paymentMethodTypeBlackList[0] | "WECHAT"     |
        | promotion codes accepted  | allowPromotionCodes           | true         |
        | local prices              | localPriceOnly                | true         |

    @FR-11
    Scenario: A promotion code that is filled in
      When the shop creates a session with a promotion code filled in
      Then its body differs from the quick start's in this alone
        | allowPromotionCodes | true      |
        | promotionCode       | "WELCOME" |
      And 1 session exists

    @FR-11
    Scenario: A promotion code nobody sees
      When the shop creates a session with a promotion code applied
      Then its body differs from the quick start's in this alone
        | allowPromotionCodes | true      |
        | promotionCode       | "WELCOME" |
        | showPromotionCode   | false     |
      And 1 session exists

    @FR-12 @QR-01 @QR-02 @QR-03
    Scenario Outline: The QR code of <method> names the method twice
      When the shop creates a session with the QR code of <method>
      Then its body differs from the quick start's in this alone
        | directPaymentQrCodePaymentMethodType | "<method>" |
        | paymentMethodType                    | "<method>" |
      And 1 session exists

      Examples:
        | method  |
        | CASHAPP |
        | QRIS    |

    @FR-02 @FR-07
    Scenario Outline: <mistake> is not sent at all
      When the shop creates a session with <mistake>
      Then the SDK reports NotSent and names <field>
      And no request was sent
      And 0 sessions exist

      Examples:
        | mistake                       | field                |
        | a line for nothing            | lines[0].unit_amount |
        | a line without a name         | lines[0].name        |
        | no line                       | lines                |
        | lines whose sum has no place  | lines                |
        | a blank merchant reference    | merchant_reference   |
        | a currency in small letters   | currency             |

  Rule: Every other call is one request as well

    @RD-06 @MR-07 @QS-01
    Scenario Outline: The shop <call>
      When the shop <call>
      Then one request was sent: <request>
      And its headers are accept, host, x-api-key and x-timestamp
      And it is signed with the shop's key and the present time
      And it has no body

      Examples:
        | call                                | request                                                                                                        |
        | reads a session                     | GET /api/checkout/session/sess_1                                                                               |
        | reads the session of a redirect     | GET /api/checkout/session/sess_1                                                                               |
        | reads an order                      | GET /api/order/order_1                                                                                         |
        | lists orders                        | GET /api/order?customerId=cus_1&merchantReferenceId=A+17&pageNum=2&pageSize=50&subscriptionId=sub_1            |
        | looks for orders by its reference   | GET /api/order?merchantReferenceId=A+17&pageNum=1&pageSize=50                                                  |
        | reads a subscription                | GET /api/subscription/sub_1                                                                                    |
        | reads an invoice                    | GET /api/subscription/invoice/inv_1                                                                            |
        | lists products                      | GET /api/product?pageNum=1&pageSize=20                                                                         |
        | reads a product                     | GET /api/product/prd_1                                                                                         |
        | lists prices                        | GET /api/price?active=true&pageNum=1&pageSize=20&productId=prd_1                                               |
        | reads a price                       | GET /api/price/price_1                                                                                         |
        | asks which events there are         | GET /api/webhook/events                                                                                        |
        | lists webhook endpoints             | GET /api/webhook/endpoints                                                                                     |
        | reads a webhook endpoint            | GET /api/webhook/endpoints/whk_1                                                                               |
        | deletes a webhook endpoint          | DELETE /api/webhook/endpoints/whk_1                                                                            |

    @QS-01
    Scenario Outline: The shop <call>
      When the shop <call>
      Then one request was sent: <request>
      And its headers are accept, content-length, host, x-api-key and x-timestamp
      And it is signed with the shop's key and the present time
      And it has no body

      Examples:
        | call                        | request                                         |
        | enables a webhook endpoint  | POST /api/webhook/endpoints/whk_1/enable        |
        | disables a webhook endpoint | POST /api/webhook/endpoints/whk_1/disable       |
        | rotates a signing secret    | POST /api/webhook/endpoints/whk_1/rotate-secret |

    @QS-01 @QS-03 @PP-01
    Scenario Outline: The shop <call>
      When the shop <call>
      Then one request was sent: <request>
      And its headers are accept, content-length, content-type, host, x-api-key and x-timestamp
      And it is signed with the shop's key and the present time
      And its body is <body>

      Examples:
        | call                       | request                            | body                                                                                             |
        | makes a portal link        | POST /api/billing/session          | {"customerId":"cus_1","returnUrl":"https://a.example/","subscriptionUpdateProductIds":["prd_1"]} |
        | registers a product        | POST /api/product                  | {"name":"Pro","image":"oss_1","taxCategory":"ebook","description":"Everything"}                  |
        | registers a one-time price | POST /api/price                    | {"productId":"prd_1","currency":"JPY","unitAmount":500,"priceType":"one_time"}                   |
        | adds a webhook endpoint    | POST /api/webhook/endpoints        | {"url":"https://a.example/hook","events":["order.succeeded"]}                                    |
        | ensures a webhook endpoint | PUT /api/webhook/endpoints/ensure  | {"url":"https://a.example/hook","events":["order.succeeded"],"returnSigningSecret":true}         |
        | changes a webhook endpoint | PATCH /api/webhook/endpoints/whk_1 | {"enabled":false}                                                                                |
