package verify

// Invariant names something that always holds. The text is "verify.<name>" in
// the locale files.
type Invariant string

// The invariants of a home's journal.
const (
	HomeMissing    Invariant = "home-missing"    // rows lie in a home that is there
	HomeSeq        Invariant = "home-seq"        // a home's number is its last posting's
	HomeHead       Invariant = "home-head"       // a home's head is its last posting's hash
	PostingSeq     Invariant = "posting-seq"     // postings are numbered 1…n without a hole
	PostingHash    Invariant = "posting-hash"    // each hash is made of the one before, the posting and its operation's digest
	PostingOp      Invariant = "posting-op"      // a posting's operation is there
	PostingSides   Invariant = "posting-sides"   // a posting moves points, or a deposit's money, as its kind may
	PostingAccount Invariant = "posting-account" // a posting's account is there, or its deposit
	PostingLot     Invariant = "posting-lot"     // a posting's lot is there and of its account
	OpChained      Invariant = "op-chained"      // each purchase, refund, adjustment and operation of a deposit stands in the chain
	OpDigest       Invariant = "op-digest"       // its digest is its document's
	OpPostings     Invariant = "op-postings"     // its postings move what its document says
	ErasureAct     Invariant = "erasure-act"     // who was erased has an act that names him
	ErasureLeft    Invariant = "erasure-left"    // and nothing of him is left
	KeptHash       Invariant = "kept-hash"       // what a document holds only the hash of is there unless its person is erased
	MergeAct       Invariant = "merge-act"       // who was merged into another has an act that says so, as do the rows of both
	MergePostings  Invariant = "merge-postings"  // the postings of both journals move just what the act says
	MergeLots      Invariant = "merge-lots"      // each lot of who was merged is in the account that has taken his over
	MergeLeft      Invariant = "merge-left"      // what found him, is due to him or was agreed by him is the other's
	HouseholdHome  Invariant = "household-home"  // a home uses another's accounts while its member is in that one's household, and only then
	HomeServed     Invariant = "home-served"     // a home says that its member is not served while he is blocked or closed, and only then
)

// The invariants of accounts and lots.
const (
	AccountProgramme   Invariant = "account-programme"    // an account's programme is there
	AccountOpened      Invariant = "account-opened"       // one that is not opened for points has none, and no receipts
	AccountActive      Invariant = "account-active"       // each balance is the sum of its side's postings
	AccountPending     Invariant = "account-pending"      //
	AccountHeld        Invariant = "account-held"         //
	AccountDebt        Invariant = "account-debt"         //
	AccountEarned      Invariant = "account-earned"       //
	AccountSpent       Invariant = "account-spent"        //
	AccountExpired     Invariant = "account-expired"      //
	AccountLotsActive  Invariant = "account-lots-active"  // active is what is left in the active lots
	AccountLotsPending Invariant = "account-lots-pending" // pending is what is left in the pending lots
	AccountHolds       Invariant = "account-holds"        // held is what reservations hold
	AccountDebtFirst   Invariant = "account-debt-first"   // while there is debt no active lot has anything left
	AccountDue         Invariant = "account-due"          // the due date is not later than any due of a live lot
	AccountPurchases   Invariant = "account-purchases"    // the number of purchases not fully refunded
	AccountTurnover    Invariant = "account-turnover"     // money paid less money given back
	AccountUsed        Invariant = "account-used"         // money paid for tickets that were used and are not back
	AccountDates       Invariant = "account-dates"        // the first and the last purchase
	AccountLevel       Invariant = "account-level"        // its level is the one its last change came to
	AccountSums        Invariant = "account-sums"         // its sums by day are those of its receipts
	LevelChain         Invariant = "level-chain"          // each change of level leaves the one that the change before came to
	GiftOnce           Invariant = "gift-once"            // no gift is given twice
	AccountGifts       Invariant = "account-gifts"        // an account knows whether it has had its gift for a first purchase
	LotAccount         Invariant = "lot-account"          // a lot's account is there
	LotRemaining       Invariant = "lot-remaining"        // 0 ≤ left ≤ made with
	LotPostings        Invariant = "lot-postings"         // what is left is the sum of its postings, on the side of its state
	LotWrittenOff      Invariant = "lot-written-off"      // what has expired of it is the sum of its postings
	LotMade            Invariant = "lot-made"             // its first posting makes it, whole, by its operation
	LotWaits           Invariant = "lot-waits"            // it waits for its ticket as long as that is not used, and for nothing else
)

// The invariants of deposits.
const (
	DepositColumns  Invariant = "deposit-columns"  // a deposit is opened, ends and is closed as was done by hand
	DepositOpen     Invariant = "deposit-open"     // a home has one open deposit at most
	DepositBalance  Invariant = "deposit-balance"  // its balance is the sum of its postings
	DepositReceived Invariant = "deposit-received" // so is what was received …
	DepositSold     Invariant = "deposit-sold"     // … and what was sold
	DepositOp       Invariant = "deposit-op"       // what was done by hand was done to a deposit of the home
	DepositPaid     Invariant = "deposit-paid"     // a purchase has taken from its deposit what its payments say, and from no other
	DepositBack     Invariant = "deposit-back"     // a refund has given back to the deposit that had paid what its payments say
	DepositAbove    Invariant = "deposit-above"    // refunds never give back more to a deposit than it has paid
	DepositHold     Invariant = "deposit-hold"     // what is kept of a deposit is held by a reservation, as long and as much as that says
	DepositHeld     Invariant = "deposit-held"     // and a reservation that holds has it kept
)

// The invariants of receipts.
const (
	PurchaseDoc         Invariant = "purchase-doc"         // the document can be read
	PurchaseColumns     Invariant = "purchase-columns"     // and says what its row says
	PurchaseSums        Invariant = "purchase-sums"        // the lines add up to the receipt, for each amount
	PurchaseLines       Invariant = "purchase-lines"       // no part of a line is below zero
	PurchaseParts       Invariant = "purchase-parts"       // points spent are those taken from lots, and owed
	PurchaseActs        Invariant = "purchase-acts"        // what campaigns did is what the lines say, rule by rule, and the counted uses
	PurchaseLots        Invariant = "purchase-lots"        // points earned are those in its lots
	PurchaseProgramme   Invariant = "purchase-programme"   // the version it was judged by is there
	PurchaseState       Invariant = "purchase-state"       // its state is what its refunds say
	PurchaseRefunded    Invariant = "purchase-refunded"    // so is the money given back
	PurchaseTickets     Invariant = "purchase-tickets"     // and how many of its tickets are left
	PurchaseKey         Invariant = "purchase-key"         // its key stands for it
	SharedAccount       Invariant = "shared-account"       // a receipt on a household's account names one of the home that it says
	ClaimDoc            Invariant = "claim-doc"            // a claim can be read and says what its row and its purchase say
	ClaimSums           Invariant = "claim-sums"           // it takes out what the refunds before it brought back, and gives the rest
	FiscalReceipt       Invariant = "fiscal-receipt"       // a fiscal receipt and the purchase that it is of name each other
	RefundDoc           Invariant = "refund-doc"           // the document can be read
	RefundColumns       Invariant = "refund-columns"       // and says what its row says
	RefundSums          Invariant = "refund-sums"          // the lines add up to the refund
	RefundPurchase      Invariant = "refund-purchase"      // its purchase is there
	RefundActs          Invariant = "refund-acts"          // so is what came back of them, of campaigns that had acted
	RefundAbove         Invariant = "refund-above"         // refunds never come to more than any amount of any line
	RefundExact         Invariant = "refund-exact"         // and to exactly all amounts where nothing is left
	RefundPayments      Invariant = "refund-payments"      // no kind of payment gives back more than it paid
	RefundTerms         Invariant = "refund-terms"         // what is held back and taken by terms is in its bounds, and nothing where nothing is left
	RefundUses          Invariant = "refund-uses"          // uses given back are the purchase's
	RefundPieces        Invariant = "refund-pieces"        // it names as many tickets as come back, none of them twice
	ReservationDoc      Invariant = "reservation-doc"      // the document can be read, and says what its row says
	ReservationKey      Invariant = "reservation-key"      // its key stands for it
	HoldLot             Invariant = "hold-lot"             // what is held is of a lot of the account
	HoldReservation     Invariant = "hold-reservation"     // and held by a reservation, as long and as much as that says
	ReservationPurchase Invariant = "reservation-purchase" // a confirmed one became a purchase with its figures
	VisitDoc            Invariant = "visit-doc"            // the document can be read
	VisitColumns        Invariant = "visit-columns"        // and says what its row and its purchase say
	VisitPurchase       Invariant = "visit-purchase"       // its purchase is there
	VisitPieces         Invariant = "visit-pieces"         // its tickets are the purchase's, used once, and before they came back
	VisitKey            Invariant = "visit-key"            // its key stands for it
	RefundKey           Invariant = "refund-key"           // its key stands for it
	KeyOp               Invariant = "key-op"               // what a key stands for is there, under that key
)

// The invariants of what is made of receipts.
const (
	LimitUsed        Invariant = "limit-used"        // uses are counted as receipts have them
	LimitRoom        Invariant = "limit-room"        // no more than the limit
	CodeUsed         Invariant = "code-used"         // a used promo code and the purchase that used it name each other
	TicketPiece      Invariant = "ticket-piece"      // a ticket's number and the piece that it stands for name each other
	CodeAwarded      Invariant = "code-awarded"      // so do an awarded one and the purchase it was awarded for
	ProgrammeVersion Invariant = "programme-version" // a programme's newest version is there and can be read
	FigureDay        Invariant = "figure-day"        // figures and events not folded yet are the sums over receipts
	FigureCashier    Invariant = "figure-cashier"    // so are those of each cashier
	FigureCampaign   Invariant = "figure-campaign"   // and of each campaign, over what receipts say of them
	FigureTotal      Invariant = "figure-total"      // and over accounts, gifts, adjustments and expiries
	ListFigures      Invariant = "list-figures"      // the figures that members' lists go by are those of accounts and receipts, once nothing waits
	SealChain        Invariant = "seal-chain"        // each seal follows from the one before
	SealRoot         Invariant = "seal-root"         // a seal's root is that of its leaves
	SealLeaves       Invariant = "seal-leaves"       // they are as many as it says, one of each home, in order
	SealHead         Invariant = "seal-head"         // each leaf is a posting with just that hash
	AuditTrail       Invariant = "audit-trail"       // each row of the trail follows from the one before, to the end that it is known to have
)

// Invariants are all invariants, in the order in which they are told: what is
// likely the cause before what follows from it.
func Invariants() []Invariant {
	return []Invariant{
		HomeMissing, HomeServed, HouseholdHome, MergeAct, MergePostings, MergeLots, MergeLeft, ErasureAct, ErasureLeft, KeptHash, PostingSeq, PostingSides, PostingOp, PostingAccount, PostingLot, OpDigest, PostingHash, HomeSeq, HomeHead, OpChained,
		PurchaseDoc, PurchaseColumns, PurchaseLines, PurchaseSums, PurchaseParts, PurchaseLots, PurchaseActs, PurchaseProgramme, ClaimDoc, ClaimSums,
		RefundDoc, RefundColumns, RefundPurchase, RefundSums, RefundAbove, RefundExact, RefundPayments, RefundTerms, RefundActs, RefundUses, RefundPieces,
		VisitDoc, VisitPurchase, VisitColumns, VisitPieces, ReservationDoc, ReservationPurchase, HoldLot, HoldReservation,
		PurchaseState, PurchaseRefunded, PurchaseTickets, SharedAccount, OpPostings,
		LotAccount, LotRemaining, LotMade, LotWaits, LotPostings, LotWrittenOff,
		AccountProgramme, AccountOpened, AccountLotsActive, AccountLotsPending, AccountActive, AccountPending, AccountHeld, AccountHolds, AccountDebt, AccountEarned, AccountSpent,
		AccountExpired, AccountDebtFirst, AccountDue, AccountPurchases, AccountTurnover, AccountUsed, AccountDates,
		LevelChain, AccountLevel, AccountSums, GiftOnce, AccountGifts,
		DepositOp, DepositPaid, DepositBack, DepositAbove, DepositHold, DepositHeld, DepositColumns, DepositOpen, DepositBalance, DepositReceived, DepositSold,
		PurchaseKey, RefundKey, VisitKey, ReservationKey, KeyOp, TicketPiece, FiscalReceipt, LimitUsed, LimitRoom, CodeUsed, CodeAwarded, ProgrammeVersion, FigureDay, FigureCashier, FigureCampaign, FigureTotal, ListFigures,
		SealChain, SealRoot, SealLeaves, SealHead, AuditTrail,
	}
}
