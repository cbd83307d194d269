Feature: What is bought

  A session is for a product and a price of the merchant's catalogue, or for lines that the request
  itself describes. Lines are for one-time purchases; a subscription needs a product and a price
  made before.

  Tagged our-choice, the guide is silent and the outcome is how we read it. Tagged buyer, somebody
  has to look at the checkout or to pay.

  Rule: A session is for an amount in a currency

    @FR-02
    Scenario Outline: No purchase without an amount above nothing (amount <amount>)
      When a session is created with
        | amount | <amount> |
      Then Clink refuses
      And the new email still belongs to nobody

      Examples:
        | amount |
        | none   |
        | null   |
        | 0      |
        | 0.00   |
        | -4.99  |

    @FR-02
    Scenario Outline: No purchase without a currency (currency <currency>)
      When a session is created with
        | currency | <currency> |
      Then Clink refuses
      And the new email still belongs to nobody

      Examples:
        | currency |
        | none     |
        | null     |
        | empty    |
        | US       |
        | DOLLAR   |

    @FR-02 @our-choice
    Scenario Outline: The currency is a code of ISO 4217 in capital letters (currency <currency>)
      When a session is created with
        | currency | <currency>           |
        | lines    | 1 Notebook at 4.99   |
      Then Clink refuses
      And the new email still belongs to nobody

      Examples:
        | currency |
        | usd      |
        | QQQ      |

    @FR-02
    Scenario Outline: A product of the catalogue needs them as well (<left out> left out)
      Given Mug is a product with a one-time price of 12.50 USD
      When a session for Mug is created with
        | <left out> | none |
      Then Clink refuses
      And the new email still belongs to nobody

      Examples:
        | left out |
        | amount   |
        | currency |

    @FR-17 @our-choice
    Scenario Outline: An amount is kept to the digit (<amount>)
      When a session is created with
        | amount | <amount>                  |
        | lines  | 1 Notebook at <amount> USD |
      Then the session, read back, is for exactly <amount>

      Examples:
        | amount                       |
        | 4.990                        |
        | 12.345678                    |
        | 0.1                          |
        | 1999                         |
        | 123456789012345678.123456789 |

  Rule: A product of the catalogue is bought by the ids of itself and its price

    @PP-01
    Scenario Outline: A product with a <rhythm> price
      Given Thing is a product with a <rhythm> price of 12.50 USD
      When a session for Thing is created
      Then the session, read back, has
        | product      | Thing      |
        | product name | Thing      |
        | price        | Thing      |
        | interval     | <interval> |
        | amount       | 12.50      |
        | currency     | USD        |
        | lines        | none       |

      Examples:
        | rhythm   | interval |
        | one-time | none     |
        | weekly   | week     |
        | monthly  | month    |
        | yearly   | year     |

    @PP-01
    Scenario: A price with free days says how many
      Given Pro is a product with a monthly price of 19.99 USD after 7 free days
      When a session for Pro is created
      Then the session, read back, has
        | product   | Pro   |
        | interval  | month |
        | free days | 7     |

    @PP-01 @buyer
    Scenario: The order names what was bought
      Given Mug is a product with a one-time price of 12.50 USD
      And a session for Mug
      When the buyer pays
      Then the order, read, has
        | product        | Mug   |
        | price          | Mug   |
        | amount         | 12.50 |
        | paid amount    | 12.50 |
        | currency       | USD   |
        | customer email | new   |
        | payment method | CARD  |

    @PP-05
    Scenario: The price is one of the product
      Given Mug is a product with a one-time price of 12.50 USD
      And Jug is a product with a one-time price of 12.50 USD
      When a session for Mug is created with
        | price | Jug |
      Then Clink refuses
      And the new email still belongs to nobody

    @PP-05 @our-name
    Scenario Outline: What nobody has made cannot be bought (product <product>, price <price>)
      Given Mug is a product with a one-time price of 12.50 USD
      When a session for Mug is created with
        | product | <product> |
        | price   | <price>   |
      Then Clink refuses
      And the refusal is called <name>
      And the new email still belongs to nobody

      Examples:
        | product | price   | name              |
        | unknown | unknown | PRODUCT_NOT_FOUND |
        | unknown | Mug     | PRODUCT_NOT_FOUND |
        | Mug     | unknown | PRICE_NOT_FOUND   |

    @PP-05 @second-merchant
    Scenario: Another merchant's product cannot be bought
      Given Jar is a product of another merchant
      When a session for Jar is created
      Then Clink refuses
      And the new email still belongs to nobody

    @PP-05 @our-choice @our-name
    Scenario: A price that is no longer sold cannot be bought
      Given Vase is a product whose price is no longer sold
      When a session for Vase is created
      Then Clink refuses
      And the refusal is called PRICE_NOT_ACTIVE
      And the new email still belongs to nobody

    @PP-05 @dashboard @our-choice @our-name
    Scenario: A product that is no longer sold cannot be bought
      Given Vase is a product that is no longer sold
      When a session for Vase is created
      Then Clink refuses
      And the refusal is called PRODUCT_NOT_ACTIVE
      And the new email still belongs to nobody

    @FR-05 @our-choice
    Scenario Outline: A product and its price are named together (product <product>, price <price>)
      Given Mug is a product with a one-time price of 12.50 USD
      When a session for Mug is created with
        | product | <product> |
        | price   | <price>   |
      Then Clink refuses
      And the new email still belongs to nobody

      Examples:
        | product | price |
        | Mug     | none  |
        | none    | Mug   |

    @FR-08 @our-choice
    Scenario Outline: The amount of the session counts, not that of the price (<amount> <currency>)
      Given Mug is a product with a one-time price of 12.50 USD
      When a session for Mug is created with
        | amount   | <amount>   |
        | currency | <currency> |
      Then the session, read back, has
        | product  | Mug        |
        | amount   | <amount>   |
        | currency | <currency> |

      Examples:
        | amount | currency |
        | 12     | USD      |
        | 99.99  | USD      |
        | 12.50  | EUR      |

  Rule: A price of the catalogue says all that it takes

    @PP-06 @our-choice
    Scenario Outline: A recurring price says how often (<interval>, <intervals>, <free days> free days)
      When a price is made with
        | amount    | 12.50       |
        | currency  | USD         |
        | type      | recurring   |
        | interval  | <interval>  |
        | intervals | <intervals> |
        | free days | <free days> |
      Then the price, read, has
        | interval  | <interval>    |
        | intervals | <read>        |
        | free days | <read free>   |

      Examples:
        | interval | intervals | free days | read | read free |
        | month    | none      | none      | 1    | 0         |
        | month    | 3         | none      | 3    | 0         |
        | week     | none      | 7         | 1    | 7         |
        | custom   | 10        | 0         | 10   | 0         |

    @PP-06 @our-choice
    Scenario: A one-time price says nothing of it
      When a price is made with
        | amount   | 12.50    |
        | currency | USD      |
        | type     | one_time |
      Then the price, read, has
        | interval | none |

    @PP-06 @our-choice
    Scenario Outline: A price that cannot be is refused (<type>, <interval>, <intervals>, <free days> free days)
      When a price is made with
        | amount    | 12.50       |
        | currency  | USD         |
        | type      | <type>      |
        | interval  | <interval>  |
        | intervals | <intervals> |
        | free days | <free days> |
      Then the price is refused

      Examples:
        | type      | interval | intervals | free days |
        | recurring | none     | none      | none      |
        | recurring | none     | 1         | none      |
        | recurring | custom   | none      | none      |
        | recurring | month    | 0         | none      |
        | recurring | month    | -1        | none      |
        | recurring | month    | 3661      | none      |
        | recurring | month    | 1         | -1        |
        | recurring | month    | 1         | 3661      |
        | one_time  | month    | none      | none      |

    @PP-06 @our-choice
    Scenario Outline: A price made along with its product lacks nothing (<left out> left out)
      When a product is made whose price has
        | amount     | 12.50    |
        | currency   | USD      |
        | type       | one_time |
        | <left out> | none     |
      Then the price is refused

      Examples:
        | left out |
        | amount   |
        | currency |
        | type     |

  Rule: A one-time purchase may be described in lines

    @PP-03
    Scenario Outline: <lines>
      When a session is created with
        | lines  | <lines>  |
        | amount | <amount> |
      Then the session, read back, has
        | lines   | <lines>  |
        | amount  | <amount> |
        | product | none     |
        | price   | none     |

      Examples:
        | lines                                      | amount |
        | 1 Notebook at 4.99 USD                     | 4.99   |
        | 3 Pencil at 2.50 USD                       | 7.50   |
        | 2 Notebook at 4.99 USD, 3 Pencil at 2.5 USD | 17.48 |

    @PP-03 @our-choice
    Scenario: A line without a quantity is one, and without a currency in that of the session
      When a session is created with
        | lines    | Notebook at 4.99 |
        | currency | EUR              |
      Then the session, read back, has
        | lines    | 1 Notebook at 4.99 EUR |
        | currency | EUR                    |

    @PP-03
    Scenario Outline: A line has a price above nothing and a quantity above nothing (<not so>)
      When a session is created with
        | lines | <line> |
      Then Clink refuses
      And the new email still belongs to nobody

      Examples:
        | not so               | line                    |
        | nothing to pay       | 1 Notebook at 0 USD     |
        | less than nothing    | 1 Notebook at -4.99 USD |
        | nothing to get       | 0 Notebook at 4.99 USD  |
        | less than none of it | -1 Notebook at 4.99 USD |

    @FR-07 @our-choice
    Scenario: The amount of the session counts, not the sum of the lines
      When a session is created with
        | lines  | 2 Notebook at 4.99 USD |
        | amount | 9.00                   |
      Then the session, read back, has
        | lines  | 2 Notebook at 4.99 USD |
        | amount | 9.00                   |

    @FR-09 @our-choice
    Scenario: A line may be in another currency than the session
      When a session is created with
        | lines | 1 Notebook at 4.99 EUR |
      Then the session, read back, has
        | lines    | 1 Notebook at 4.99 EUR |
        | currency | USD                    |

    @FR-10 @our-choice
    Scenario: A session may say an amount and not what is bought
      When a session is created with
        | lines | none |
      Then the session, read back, has
        | amount  | 4.99 |
        | lines   | none |
        | product | none |

    @FR-06 @our-choice
    Scenario: Beside a product with a one-time price lines are kept and do not count
      Given Mug is a product with a one-time price of 12.50 USD
      When a session for Mug is created with
        | lines | 1 Notebook at 4.99 USD |
      Then the session, read back, has
        | product | Mug   |
        | price   | Mug   |
        | amount  | 12.50 |

  Rule: A subscription needs a product made before

    @PP-02
    Scenario: Lines beside a recurring price are refused
      Given Pro is a product with a monthly price of 19.99 USD
      When a session for Pro is created with
        | lines | 1 Notebook at 19.99 USD |
      Then Clink refuses
      And the new email still belongs to nobody

    @PP-02
    Scenario: A recurring price without its product is refused
      Given Pro is a product with a monthly price of 19.99 USD
      When a session for Pro is created with
        | product | none |
      Then Clink refuses
      And the new email still belongs to nobody

    @FR-14 @buyer
    Scenario: A local price is for one-time purchases
      Given Mug is a product with a one-time price of 12.50 USD
      When a session for Mug is created with
        | local price only | yes |
      Then Clink accepts
      And a local price counts

    @FR-14 @buyer
    Scenario: The wish for a local price is ignored in a subscription
      Given Pro is a product with a monthly price of 19.99 USD
      When a session for Pro is created with
        | local price only | yes |
      Then Clink accepts
      And a local price does not count

    @FR-14 @buyer
    Scenario: A wish for a local price that is ignored is no mistake
      Given Pro is a product with a monthly price of 19.99 USD
      When a session for Pro is created with
        | local price only | yes |
      Then Clink accepts
      When the buyer pays
      Then the session is now completed and paid

  Rule: A subscription may change its price later

    @FR-13
    Scenario: Later prices in their order
      Given Basic is a product with a monthly price of 9.99 USD
      And Pro is a product with a monthly price of 19.99 USD
      And Max is a product with a monthly price of 29.99 USD
      When a session for Basic is created with the later phases
        | sequence | cycle | price | quantity |
        | 1        | 2     | Pro   | 1        |
        | 2        | 5     | Max   | 2        |
      Then the session, read back, has
        | product | Basic |
        | amount  | 9.99  |

    @FR-18 @buyer
    Scenario: A later price keeps its metadata
      Given Basic is a product with a monthly price of 9.99 USD
      And Pro is a product with a monthly price of 19.99 USD
      When a session for Basic is created with the later phases
        | sequence | cycle | price | quantity | metadata    |
        | 1        | 2     | Pro   | 1        | why upgrade |
      And the buyer pays
      Then the subscription of the session, read, has
        | later metadata | why upgrade |

    @FR-18
    Scenario Outline: A key of its metadata has at most 40 letters (<letters>)
      Given Basic is a product with a monthly price of 9.99 USD
      And Pro is a product with a monthly price of 19.99 USD
      When a session for Basic is created with the later phases
        | sequence | cycle | price | quantity | metadata                     |
        | 1        | 2     | Pro   | 1        | a word of <letters> letters 1 |
      Then Clink <answers>

      Examples:
        | letters | answers |
        | 40      | accepts |
        | 41      | refuses |

    @FR-13
    Scenario Outline: Sequence and cycle must go up (<first> at <from>, then <second> at <then>)
      Given Basic is a product with a monthly price of 9.99 USD
      And Pro is a product with a monthly price of 19.99 USD
      When a session for Basic is created with the later phases
        | sequence | cycle  | price | quantity |
        | <first>  | <from> | Pro   | 1        |
        | <second> | <then> | Basic | 1        |
      Then Clink refuses
      And the new email still belongs to nobody

      Examples:
        | first | from | second | then |
        | 2     | 2    | 1      | 5    |
        | 1     | 2    | 1      | 5    |
        | 1     | 5    | 2      | 2    |
        | 1     | 5    | 2      | 5    |

    @FR-13
    Scenario Outline: A later price is a recurring one in the currency of the session (<price>)
      Given Basic is a product with a monthly price of 9.99 USD
      And Mug is a product with a one-time price of 12.50 USD
      And Euro is a product with a monthly price of 9.99 EUR
      When a session for Basic is created with the later phases
        | sequence | cycle | price   | quantity |
        | 1        | 2     | <price> | 1        |
      Then Clink refuses
      And the new email still belongs to nobody

      Examples:
        | price   |
        | unknown |
        | Mug     |
        | Euro    |

    @FR-13
    Scenario: A one-time purchase has no later prices
      Given Basic is a product with a monthly price of 9.99 USD
      And Mug is a product with a one-time price of 12.50 USD
      When a session for Mug is created with the later phases
        | sequence | cycle | price | quantity |
        | 1        | 2     | Basic | 1        |
      Then Clink refuses
      And the new email still belongs to nobody

  Rule: A session may carry metadata

    @FR-18
    Scenario: The session keeps it
      When a session is created with
        | metadata | cart 17, colour red |
      Then the session, read back, has
        | metadata | cart 17, colour red |

    @FR-18 @buyer
    Scenario: The order carries it
      Given a session with
        | metadata | cart 17, colour red |
      When the buyer pays
      Then the order, read, has
        | metadata | cart 17, colour red |

    @FR-18 @buyer
    Scenario: The subscription carries it
      Given Pro is a product with a monthly price of 19.99 USD
      And a session for Pro with
        | metadata | cart 17 |
      When the buyer pays
      Then the subscription of the session, read, has
        | metadata | cart 17 |

    @FR-18
    Scenario: A key has up to 40 letters
      When a session is created with
        | metadata | a word of 40 letters 1 |
      Then the session, read back, has
        | metadata | a word of 40 letters 1 |

    @FR-18
    Scenario: A longer key is refused
      When a session is created with
        | metadata | a word of 41 letters 1 |
      Then Clink refuses
      And the new email still belongs to nobody

  Rule: A promotion code counts where codes are allowed

    @FR-11 @buyer
    Scenario: A code is given and allowed
      When a session is created with
        | promotion codes allowed | yes      |
        | promotion code          | SUMMER25 |
      Then Clink accepts
      And the promotion code SUMMER25 counts
      And a buyer can enter a promotion code

    @FR-11 @buyer
    Scenario: A code is ignored where codes are not allowed
      When a session is created with
        | promotion codes allowed | no       |
        | promotion code          | SUMMER25 |
      Then Clink accepts
      And no promotion code counts
      And a buyer cannot enter a promotion code

    @FR-11 @our-choice @buyer
    Scenario: Codes are not allowed unless it is said
      When a session is created with
        | promotion code | SUMMER25 |
      Then Clink accepts
      And no promotion code counts

    @FR-11 @buyer
    Scenario: A code that is ignored is no mistake
      When a session is created with
        | promotion codes allowed | no       |
        | promotion code          | SUMMER25 |
      Then Clink accepts
      When the buyer pays
      Then the session is now completed and paid

    @FR-11 @buyer
    Scenario: The input may be hidden where a code is given and allowed
      When a session is created with
        | promotion codes allowed | yes      |
        | promotion code          | SUMMER25 |
        | code input shown        | no       |
      Then Clink accepts
      And the promotion code SUMMER25 counts
      And a buyer cannot enter a promotion code

    @FR-11
    Scenario Outline: The input cannot be hidden otherwise (allowed <allowed>, code <code>)
      When a session is created with
        | promotion codes allowed | <allowed> |
        | promotion code          | <code>    |
        | code input shown        | no        |
      Then Clink refuses
      And the new email still belongs to nobody

      Examples:
        | allowed | code     |
        | no      | SUMMER25 |
        | none    | SUMMER25 |
        | yes     | none     |
        | no      | none     |

  Rule: What is likely a mistake is taken, and the sandbox remarks on it

    @FR-06 @buyer @our-choice
    Scenario: Lines beside a price are remarked on
      Given Mug is a product with a one-time price of 12.50 USD
      When a session for Mug is created with
        | lines | 1 Notebook at 12.50 USD |
      Then the sandbox remarks on FR-06

    @FR-07 @buyer @our-choice
    Scenario Outline: An amount that is not the sum of the lines is remarked on (<amount> for <lines>)
      When a session is created with
        | lines  | <lines>  |
        | amount | <amount> |
      Then the sandbox remarks on FR-07

      Examples:
        | lines                                        | amount |
        | 2 Notebook at 4.99 USD                       | 9.97   |
        | 2 Notebook at 4.99 USD                       | 4.99   |
        | 1 Notebook at 4.99 USD, 3 Pencil at 0.50 USD | 5.49   |

    @FR-07 @FR-09 @FR-10 @buyer @our-choice
    Scenario Outline: An amount that is the sum of the lines is not (<amount> for <lines>)
      When a session is created with
        | lines  | <lines>  |
        | amount | <amount> |
      Then the sandbox remarks on nothing

      Examples:
        | lines                                        | amount |
        | 1 Notebook at 4.99 USD                       | 4.990  |
        | 2 Notebook at 4.99 USD                       | 9.98   |
        | 1 Notebook at 4.99 USD, 3 Pencil at 0.50 USD | 6.49   |

    @FR-08 @buyer @our-choice
    Scenario Outline: Another amount or currency than the price's is remarked on (<amount> <currency>)
      Given Mug is a product with a one-time price of 12.50 USD
      When a session for Mug is created with
        | amount   | <amount>   |
        | currency | <currency> |
      Then the sandbox remarks on FR-08

      Examples:
        | amount | currency |
        | 12.49  | USD      |
        | 12.50  | EUR      |

    @FR-06 @FR-08 @FR-10 @buyer @our-choice
    Scenario: A product for the amount of its price is not
      Given Mug is a product with a one-time price of 12.50 USD
      When a session for Mug is created
      Then the sandbox remarks on nothing

    @FR-09 @buyer @our-choice
    Scenario Outline: A line in another currency is remarked on (<lines>)
      When a session is created with
        | lines  | <lines>  |
        | amount | <amount> |
      Then the sandbox remarks on FR-09

      Examples:
        | lines                                        | amount |
        | 1 Notebook at 4.99 EUR                       | 4.99   |
        | 1 Notebook at 4.99 USD, 1 Pencil at 0.50 EUR | 5.49   |

    @FR-10 @buyer @our-choice
    Scenario: Nothing that is bought is remarked on
      When a session is created with
        | lines | none |
      Then the sandbox remarks on FR-10

    @FR-15 @buyer @our-choice
    Scenario: A preselected method that is hidden is remarked on
      When a session is created with
        | payment method | CASHAPP |
        | hidden methods | CASHAPP |
      Then the sandbox remarks on FR-15

    @FR-15 @buyer @our-choice
    Scenario: A preselected method beside a hidden one is not
      Given Mug is a product with a one-time price of 12.50 USD
      When a session for Mug is created with
        | payment method | CARD    |
        | hidden methods | CASHAPP |
      Then the sandbox remarks on nothing
