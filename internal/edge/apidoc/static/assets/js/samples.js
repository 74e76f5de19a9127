// Believable values for example bodies: by schema and field, else by field.

const say = (ru, en) => ({ ru, en });

// chosen fields of request bodies whose optional fields exclude each other or
// would only be in the way; other bodies show what is required.
export const chosen = {
  Buyer: ['phone'],
  Proof: ['secret'],
  PurchaseRef: ['id'],
  CartBody: ['buyer', 'lines', 'spend_max'],
  CommitBody: ['number', 'buyer', 'lines'],
  RecordBody: ['at', 'number', 'buyer', 'lines', 'payments'],
  RecordLine: ['sku', 'name', 'quantity', 'price', 'discount'],
  RefundBody: ['purchase', 'lines'],
  UnlinkedBody: ['buyer', 'lines'],
  SendCode: ['purpose', 'phone'],
  CheckCode: ['purpose', 'phone', 'code'],
  Registration: ['profile', 'identifiers', 'consents'],
  Profile: ['surname', 'name', 'birth_date'],
  NewConsent: ['kind', 'action', 'channel'],
  MemberChange: ['set', 'tags', 'version'],
  StateChange: ['reason', 'version'],
  NewKey: ['name', 'till', 'scopes'],
  ProductBody: ['sku', 'name', 'type', 'barcodes', 'price'],
  OutletBody: ['partner', 'code', 'name', 'zone', 'address'],
  ProgrammeBody: ['code', 'name', 'on', 'zone', 'earning', 'spending'],
  ProgrammeChange: ['version', 'code', 'name', 'on', 'zone', 'earning', 'spending'],
  ProgrammeEarning: ['rate'],
  ProgrammeSpending: ['share'],
};

// samples; a list's value is that of its items, a map's is whole.
export const samples = {
  accrual_step: 1, action: 'granted', active: 54750, actor: say('Касса 2', 'Till 2'), actor_kind: 'key', address: say('Москва, Лесная, 5', '5 Lesnaya, Moscow'),
  allowed: 22500, already: 0, amount: 35000, barcodes: '4600000000017', birth_date: '1990-05-17', block_reason: '',
  body: say('Я согласен с правилами программы.', 'I agree to the terms of the programme.'), by_type: { 912345678901230417: '10' },
  card: '2700000000017', changed: 1, channel: 'sms', citizenship: 'RU', city: say('Москва', 'Moscow'), code: '17', code_word: say('ромашка', 'daisy'),
  codes: 'SUMMER', comment: say('Любит места у прохода', 'Likes seats by the aisle'), credit: 'active', custom: { favourite_genre: 'comedy' },
  dates: '2026-12-31', day: '2026-03-02', day_cutover: 240, days: 30, debit: 'issued', debt: 0, delay: 0, detail: '', digits: 6, discount: 5000, due: 35000,
  earned: 1750, email: 'anna@example.org', expired: 0, expired_return: 0, external: 'crm-2041', field: 'profile.name', find: say('попкорн', 'popcorn'),
  flags: 'late', flat: '12', given: 0, gross: 50000, house: '5', id: 'q1.3f9c2a', ip: '192.0.2.10', issued_by: '', issued_on: '2010-06-01', kept: 0,
  key: '0042-000317', kind: 'phone', label_en: 'Favourite genre', label_ru: 'Любимый жанр', language: 'ru', late_max: 30, least_price: 0, least_sum: 0,
  left: 54750, limit: 50, line: 0, log: '', mandatory: 'phone', money: 17500, most: 22500, name: say('Попкорн большой', 'Large popcorn'),
  name_en: 'Tickets', name_ru: 'Билеты', new: say('Анна', 'Anna'), next: 'k3v9x2', note: say('Для открытия', 'For the opening'), number: '317', old: '',
  paid_with_points: 10000, patronymic: say('Павловна', ''), payments: 'card', pending: 1750, per_code: 0, per_member: 1, period: 30, phone: '+79161234567',
  pieces: 2, pin: '4821', point_value: 100, points: 10000, position: 1, postcode: '125047', prefix: '27', price: 25000, price_floor: 1,
  priority: 0, proof: say('галочка на сайте', 'a box on the site'), purchases: 12, purpose: 'spend', q: '+79161234567', qr: '27481930562187', quote: 'q1.3f9c2a', rate: '5',
  reason: say('Ошибка кассира', 'Cashier’s mistake'), refunded: 0, region: 'RU', request_id: 'a1b2c3', rule: 'base', scopes: 'purchases.write', secret: '4821',
  seq: 7, series: '', set: say({ name: 'Анна' }, { name: 'Anna' }), sha256: '9f86d081884c7d65', share: '50', short: 0, size: 100, sku: 'popcorn-l', source: 'purchase', spend: 10000,
  spend_proof_above: 50000, spend_step: 100, spendable: 54750, spent: 10000, state: 'active', status: 409, street: say('Лесная', 'Lesnaya'),
  surname: say('Смирнова', 'Smirnova'), tag: 'vip', tags: 'vip', terms_url: 'https://example.org/terms', text_sha256: '9f86d081884c7d65', text_version: 1,
  title: say('Правила программы', 'Terms of the programme'), to: '+7 916 •••-••-67', token: 'kp_…', turnover: 420000, type: 'tickets', user_agent: 'Mozilla/5.0', value: '+7 916 123-45-67',
  version: 3, welcome: 0,
  'Why.amount': 1750, 'Why.reason': 'earned', 'Why.text': say('Начислено 17,5 бонуса: 5 % от 350 ₽', '17.5 points earned: 5% of ₽350'),
  'RuleAmount.amount': 1750, 'QuoteLine.most': 22500, 'Lot.amount': 54750, 'Balance.active': 54750, 'Ending.points': 20000,
  'StateChange.reason': say('По просьбе участника', 'Asked by the member'), 'BlockBody.reason': say('Карта потеряна', 'The card is lost'),
  'CardTypeBody.kind': 'plastic', 'CardTypeChange.kind': 'plastic', 'CardType.kind': 'plastic',
  'CartLine.quantity': '2', 'RecordLine.quantity': '2', 'PurchaseLine.quantity': '2', 'ProgrammeEarning.rate': '5', 'ProgrammeSpending.share': '50',
  'OutletBody.zone': 'Europe/Moscow', 'OutletChange.zone': 'Europe/Moscow', 'Outlet.zone': 'Europe/Moscow',
  'RecordBody.payments': [{ kind: 'card', amount: 45000 }],
  'FiscalPart.price': 17500, 'ProgrammeOffer.amount': 0, 'ProgrammeOffer.id': 'spring',
  'Refund.due': 17500, 'Refund.gross': 25000, 'Refund.discount': 2500, 'Refund.paid_with_points': 5000, 'Refund.spent': 5000, 'Refund.earned': 875,
  'RefundLine.gross': 25000, 'RefundLine.paid_with_points': 5000, 'RefundLine.spent': 5000, 'RefundLine.earned': 875,
  'Profile.name': say('Анна', 'Anna'), 'MemberRow.name': say('Анна', 'Anna'), 'Relative.name': say('Лев', 'Leo'), 'Relative.birth_date': '2018-09-01', 'Relative.kind': 'child',
  'Cashier.name': say('Ирина О.', 'Irina O.'), 'CashierBody.name': say('Ирина О.', 'Irina O.'), 'CashierChange.name': say('Ирина О.', 'Irina O.'),
  'Outlet.name': say('Кинотеатр на Лесной', 'Cinema on Lesnaya'), 'OutletBody.name': say('Кинотеатр на Лесной', 'Cinema on Lesnaya'), 'OutletChange.name': say('Кинотеатр на Лесной', 'Cinema on Lesnaya'),
  'Partner.name': say('Кинотеатры', 'Cinemas'), 'PartnerBody.name': say('Кинотеатры', 'Cinemas'), 'PartnerChange.name': say('Кинотеатры', 'Cinemas'),
  'Till.name': say('Касса 2', 'Till 2'), 'TillBody.name': say('Касса 2', 'Till 2'), 'TillChange.name': say('Касса 2', 'Till 2'),
  'Programme.name': say('Бонусы', 'Points'), 'ProgrammeBody.name': say('Бонусы', 'Points'), 'ProgrammeChange.name': say('Бонусы', 'Points'),
  'Group.name': say('Студенты', 'Students'), 'GroupBody.name': say('Студенты', 'Students'), 'GroupChange.name': say('Студенты', 'Students'),
  'Category.name': say('Льготный', 'Concession'), 'CategoryBody.name': say('Льготный', 'Concession'), 'CategoryChange.name': say('Льготный', 'Concession'),
  'CardType.name': say('Стандартная', 'Standard'), 'CardTypeBody.name': say('Стандартная', 'Standard'), 'CardTypeChange.name': say('Стандартная', 'Standard'),
  'ProductGroup.name': say('Снеки', 'Snacks'), 'ProductGroupBody.name': say('Снеки', 'Snacks'), 'ProductGroupChange.name': say('Снеки', 'Snacks'),
  'Key.rate': 600, 'MadeKey.rate': 600, 'NewKey.rate': 600, 'KeyChange.rate': 600, 'CheckCode.code': '481930', 'Choice.key': 'comedy', 'Choice.label_ru': 'Комедия', 'Choice.label_en': 'Comedy',
  'MemberEvent.source': 'till', 'Origin.source': 'till', 'Consent.source': 'till', 'Consent.kind': 'advertising', 'ConsentText.kind': 'rules', 'Movement.kind': 'purchase',
  'Card.number': '2700000000017', 'IssuedCard.number': '2700000000017', 'StockCard.number': '2700000000017', 'PrintedCard.number': '2700000000017', 'StockNumber.number': '2700000000017',
  'MemberRow.number': '10000317', 'Member.number': '10000317', 'Registered.number': '10000317', 'Buyer.number': '10000317', 'Document.number': '', 'Document.type': '', 'Address.type': '',
  'ProblemField.detail': say('Не меньше нуля', 'Not below zero'), 'Member.state': 'active', 'Registered.state': 'active', 'Card.state': 'active', 'Account.state': 'open',
};

// sample is the value for a field: that of its schema alone, or of any schema.
export function sample(key, lang) {
  const v = Object.hasOwn(samples, key) ? samples[key] : undefined;
  return v && typeof v === 'object' && 'ru' in v && 'en' in v ? v[lang] : v;
}
