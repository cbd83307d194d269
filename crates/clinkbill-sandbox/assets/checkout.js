"use strict";
// What cannot be done by links and forms: to count down, to notice what happened elsewhere, and to
// leave a frame. Without it every page still works.
(() => {
  const countDown = () => {
    const left = document.querySelector("[data-seconds-left]");
    if (!left) return;
    const end = performance.now() + Number(left.dataset.secondsLeft) * 1000;
    const two = (number) => String(number).padStart(2, "0");
    const show = () => {
      const seconds = Math.max(0, Math.ceil((end - performance.now()) / 1000));
      const hours = Math.floor(seconds / 3600);
      const minutes = two(Math.floor(seconds / 60) % 60) + ":" + two(seconds % 60);
      left.textContent = (hours ? hours + ":" : "") + minutes + " left";
      setTimeout(show, 1000);
    };
    left.hidden = false;
    show();
  };

  const notice = () => {
    const main = document.querySelector("main[data-state]");
    if (!main) return;
    const look = async () => {
      const answer = await fetch(location.pathname + "/state", { cache: "no-store" }).catch(() => null);
      const state = answer && answer.ok ? await answer.text() : main.dataset.state;
      if (state !== main.dataset.state) {
        location.replace(location.pathname + "?view=next&country=" + main.dataset.country);
      } else {
        setTimeout(look, 1500);
      }
    };
    setTimeout(look, 1500);
  };

  const leave = () => {
    const end = document.querySelector("a[data-session-id]");
    if (!end) return;
    if (window.parent === window) {
      location.replace(end.href);
      return;
    }
    const done = {
      type: "clinkbill.checkout.complete",
      sessionId: end.dataset.sessionId,
      returnUrl: end.href,
    };
    // Only the merchant's own page is told, and has a moment to act; any other is simply left.
    window.parent.postMessage(done, new URL(end.href).origin);
    setTimeout(() => (window.top.location.href = end.href), 300);
  };

  countDown();
  notice();
  leave();
})();
