/**
 * Runs before GraphiQL and stands between it and the API. It remembers what answers bring (tokens,
 * transactions, ids) and writes that in place of `{{name}}` in later requests. A request that has a
 * name without a value is not sent. Values live in this browser tab and end with it.
 */
(() => {
  const bar = document.getElementById('account-api');
  const settings = JSON.parse(bar.dataset.settings);
  const network = window.fetch.bind(window);
  const storageKey = 'account-api';
  let values = restore();

  /** What to do about a name that has no value. */
  const hints = {
    email: 'Run SignUp or LogIn first, or write an e-mail address in its place.',
    password: 'Run SignUp or LogIn first, or write a password in its place.',
    accessToken: 'Run LogIn first.',
    refreshToken: 'Run LogIn first.',
    userId: 'Run Me first.',
    sessionId: 'It is the id of another session of the customer: log in twice, then run Me.',
    factorId: 'Run EnrollFactor, Me, or a LogIn that asks for a second factor.',
    transaction:
      'An answer brings it: MfaRequired or PasswordExpired of LogIn, or RequestEmailChangeSuccess.',
    resetToken: 'It comes by mail: run RequestPasswordReset first.',
    verificationToken:
      'It comes by mail: run SignUp first. The API sends this mail where SIGN_UP=VERIFY_EMAIL.',
    unlockToken: 'It comes by mail, and only for a locked account: run RequestUnlock first.',
    emailCode: 'It comes by mail: run RequestEmailChange first.',
    mfaCode: 'It comes by text message: run EnrollFactor or SendMfaChallenge first.',
    serviceCredentials:
      'Under Headers, write the base64 of id:secret of one of the SERVICE_CLIENTS in its place.',
  };

  /** Names that the outbox of the embedded org has, and where. */
  const mailed = {
    resetToken: (mail) => mail.kind === 'PASSWORD_RESET' && isMine(mail) && mail.token,
    verificationToken: (mail) => mail.kind === 'ACTIVATION' && isMine(mail) && mail.token,
    unlockToken: (mail) => mail.kind === 'ACCOUNT_UNLOCK' && isMine(mail) && mail.token,
    emailCode: (mail) => mail.kind === 'EMAIL_CHANGE_CODE' && mail.code,
    mfaCode: (mail) => ['SMS_CODE', 'EMAIL_CODE'].includes(mail.kind) && mail.code,
  };
  const isMine = (mail) => mail.to.toLowerCase() === values.email?.toLowerCase();

  function restore() {
    const fresh = { ...settings.customer, newEmail: newEmail() };
    try {
      return { ...fresh, ...JSON.parse(sessionStorage.getItem(storageKey)) };
    } catch {
      return fresh;
    }
  }

  /** An address that no earlier tour has used. */
  function newEmail() {
    return `ada.${Math.random().toString(36).slice(2, 6)}@example.com`;
  }

  function set(changes) {
    values = { ...values, ...changes };
    sessionStorage.setItem(storageKey, JSON.stringify(values));
    show();
  }

  function forget() {
    sessionStorage.removeItem(storageKey);
    values = restore();
    show();
  }

  const namesIn = (text) => [...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name);
  const filled = (text, write) =>
    text.replace(/\{\{(\w+)\}\}/g, (whole, name) =>
      values[name] === undefined ? whole : write(values[name]),
    );
  const inJson = (value) => JSON.stringify(value).slice(1, -1);

  window.fetch = async (address, init = {}) => {
    const body = typeof init.body === 'string' ? init.body : '';
    const headers = JSON.stringify(Object.fromEntries(new Headers(init.headers)));
    const variables = JSON.stringify(variablesOf(body));
    const names = [...new Set([...namesIn(variables), ...namesIn(headers)])];
    await readMails(names);
    const missing = names.filter((name) => values[name] === undefined);
    if (missing.length > 0) return refusal(missing);
    const sent = { ...init, headers: JSON.parse(filled(headers, inJson)) };
    if (names.length > 0 && body !== '') {
      const request = JSON.parse(body);
      sent.body = JSON.stringify({ ...request, variables: JSON.parse(filled(variables, inJson)) });
    }
    const response = await network(address, body === '' ? init : sent);
    learn(
      variablesOf(sent.body),
      await response
        .clone()
        .json()
        .catch(() => null),
    );
    return response;
  };

  function variablesOf(body) {
    try {
      return JSON.parse(body).variables ?? {};
    } catch {
      return {};
    }
  }

  /** In the shape of a GraphQL answer, so that GraphiQL shows it. */
  function refusal(missing) {
    const errors = missing.map((name) => ({
      message: `This was not sent: {{${name}}} has no value yet. ${hints[name] ?? 'Write a value in its place.'}`,
    }));
    return Response.json({ errors }, { status: 400 });
  }

  /** A mail may follow an answer a moment later. */
  async function readMails(names) {
    const wanted = names.filter((name) => name in mailed);
    if (wanted.length === 0 || settings.outbox === null) return;
    for (let attempt = 0; attempt < 5; attempt += 1) {
      const mails = await network(`${settings.outbox}.json`).then(
        (response) => response.json(),
        () => [],
      );
      for (const name of wanted) {
        const found = mails.map(mailed[name]).find(Boolean);
        if (found !== undefined) set({ [name]: found });
      }
      if (wanted.every((name) => values[name] !== undefined)) return;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }

  function learn({ input = {} }, answer) {
    for (const outcome of Object.values(answer?.data ?? {})) {
      if (outcome === null || typeof outcome !== 'object') continue;
      set({ ...idsIn(outcome), ...tokensIn(outcome) });
      afterwards(outcome.__typename ?? '', input, outcome);
    }
  }

  function tokensIn({ tokens, transaction }) {
    return {
      ...(tokens && { accessToken: tokens.accessToken, refreshToken: tokens.refreshToken }),
      ...(transaction && { transaction }),
    };
  }

  function idsIn({ __typename, id, user, factor, factors, sessions }) {
    const userId = __typename === 'Me' ? id : user?.id;
    const factorId = factor?.id ?? factors?.[0]?.id;
    return {
      ...(userId && { userId }),
      ...(factorId && { factorId }),
      ...(sessions && { sessionId: sessions.find(({ current }) => current === false)?.id }),
    };
  }

  /** The account and its password, as a mutation has left them. */
  function afterwards(outcome, { email, password, newPassword }, { user }) {
    const isIn = /^(SignUpSuccess|LogInSuccess|MfaRequired|MfaEnrollmentRequired|PasswordExpired)$/;
    if (isIn.test(outcome) && email) set({ email, ...(password && { password }) });
    if (outcome === 'VerifyEmailSuccess' && password) set({ password });
    if (outcome === 'SignUpSuccess') set({ newEmail: newEmail() });
    if (/Success$/.test(outcome) && newPassword) set({ password: newPassword });
    if (/^(LogIn|ConfirmEmailChange|ChangeExpiredPassword)Success$/.test(outcome)) {
      set({ transaction: undefined });
    }
    if (outcome === 'RemoveFactorSuccess') set({ factorId: undefined });
    if (outcome === 'RevokeSessionSuccess') set({ sessionId: undefined });
    if (outcome === 'ConfirmEmailChangeSuccess') set({ email: user.login, newEmail: newEmail() });
    if (outcome === 'DeleteAccountSuccess') forget();
  }

  /** The bar: what is known, and a way to copy it. */
  function show() {
    const chips = Object.entries(values)
      .filter(([name, value]) => value !== undefined && name !== 'newEmail')
      .map(([name, value]) => chip(name, value));
    bar.querySelector('output').replaceChildren(...chips);
  }

  function chip(name, value) {
    const button = document.createElement('button');
    const label = document.createElement('b');
    const whose = name === 'email' ? ` ${value}` : '';
    label.textContent = `{{${name}}}`;
    button.type = 'button';
    button.title = `Copy ${value.length > 60 ? `${value.slice(0, 60)}…` : value}`;
    button.append(label, whose);
    button.addEventListener('click', () => void navigator.clipboard.writeText(value));
    return button;
  }

  // A tab that is dragged by a hair's breadth loses its click, so tabs are not for dragging.
  const keepTab = (event) => {
    if (event.target.closest('.graphiql-tabs') !== null) event.stopPropagation();
  };
  document.addEventListener('pointerdown', keepTab, true);

  bar.querySelector('[name=forget]').addEventListener('click', forget);
  show();

  // GraphiQL keeps what is typed in the browser, and Yoga's writes each edit into the address: places
  // where passwords and tokens would stay. So both get a memory that ends with the page.
  const kept = new Map();
  const storage = {
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => void kept.set(key, String(value)),
    removeItem: (key) => void kept.delete(key),
    clear: () => kept.clear(),
    key: (index) => [...kept.keys()][index] ?? null,
    get length() {
      return kept.size;
    },
  };
  Object.defineProperty(window, 'localStorage', { value: storage });
  history.replaceState({}, '', location.pathname);
  history.replaceState = () => {};
})();
