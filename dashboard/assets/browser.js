// Two things that Streamlit leaves to the browser.
//
// Each changed control is one step of the browser's Back. Streamlit replaces the address when a
// reader changes a control, so that Back would leave the page, and adds one when it corrects the
// address by itself (takes out a default, follows the focus), so that Back would seem to do nothing.
// Here it is the other way round. What Back then shows is Streamlit's own work: it sets the controls
// to the address.
//
// When the system turns dark or light while a page is open, Streamlit changes its own colours at
// once, but not those of charts, which a run of the script draws. So one is asked for, as after a
// step back that leads to the same address.
(() => {
  if (window.omaSteps) return;
  window.omaSteps = true;
  const push = history.pushState.bind(history);
  const replace = history.replaceState.bind(history);
  let hasActed = false;
  for (const kind of ["pointerdown", "keydown"]) {
    addEventListener(kind, () => { hasActed = true; }, true);
  }
  // What follows a step back is no step of its own.
  addEventListener("popstate", () => { hasActed = false; }, true);
  history.replaceState = (state, title, url) => {
    const isStep = hasActed && new URL(url, location.href).href !== location.href;
    hasActed = hasActed && !isStep;
    (isStep ? push : replace)(state, title, url);
  };
  history.pushState = (state, title, url) => {
    const isSamePage = new URL(url, location.href).pathname === location.pathname;
    (isSamePage ? replace : push)(state, title, url);
  };
  const redraw = () => { dispatchEvent(new PopStateEvent("popstate")); };
  // After Streamlit took notice of it itself.
  const later = () => { setTimeout(redraw, 300); };
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", later);
})();
