/** Times in words, copy buttons, and a page that shows what is new without losing its place. */
(() => {
  const reloadMs = 2_000;
  // The clock of the org may not be that of the browser.
  let ahead = 0;
  let shown = null;

  function read(page) {
    ahead = Date.parse(page.body.dataset.now) - Date.now();
    return page.querySelector('main');
  }

  function ago(date) {
    const seconds = Math.max(0, Math.round((Date.now() + ahead - date) / 1000));
    if (seconds < 60) return `${seconds} s ago`;
    const minutes = Math.round(seconds / 60);
    if (minutes < 60) return `${minutes} min ago`;
    const hours = Math.round(minutes / 60);
    return hours < 48 ? `${hours} h ago` : `${Math.round(hours / 24)} days ago`;
  }

  function tellTimes() {
    for (const time of document.querySelectorAll('time')) {
      const date = new Date(time.dateTime);
      time.title = date.toLocaleString();
      time.textContent = ago(date);
    }
  }

  async function reload() {
    if (document.hidden || !getSelection().isCollapsed) return;
    const answer = await fetch(location.href).catch(() => null);
    if (answer === null) return;
    const fresh = read(new DOMParser().parseFromString(await answer.text(), 'text/html'));
    if (fresh.innerHTML === shown) return;
    shown = fresh.innerHTML;
    const main = document.querySelector('main');
    // What has the focus keeps it, since a person may be about to press it.
    if (main.contains(document.activeElement)) return;
    main.replaceChildren(...fresh.childNodes);
    tellTimes();
  }

  async function copy(button) {
    await navigator.clipboard.writeText(button.dataset.copy);
    button.textContent = 'Copied';
    setTimeout(() => {
      button.textContent = 'Copy';
    }, 1_500);
    button.blur();
  }

  document.addEventListener('click', ({ target }) => {
    if (target.matches('button.copy')) void copy(target);
  });
  shown = read(document).innerHTML;
  tellTimes();
  setInterval(tellTimes, 1_000);
  setInterval(reload, reloadMs);
})();
