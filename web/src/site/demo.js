// ?channel=… puts the widget on this page; every other parameter becomes an option (language, color, name, open, …).
const asked = new URLSearchParams(location.search);

if (asked.get("channel")) {
  const script = document.createElement("script");
  script.async = true;
  for (const [key, value] of asked) {
    if (/^[a-z_]+$/.test(key) && value) script.dataset[key.replace(/_([a-z])/g, (_, letter) => letter.toUpperCase())] = value;
  }
  script.src = "/widget.js";
  document.getElementById("tag").textContent =
    `<script async src="${new URL("/widget.js", location.href)}" data-channel="${asked.get("channel")}"></` + "script>";
  document.getElementById("running").hidden = false;
  document.body.append(script);
} else {
  document.getElementById("asking").hidden = false;
}
