"use strict";
(() => {
  const root = document.documentElement;
  const read = (id) => document.getElementById(id).textContent;
  const charts = JSON.parse(read("chart-data"));
  const plots = [...document.querySelectorAll(".plot")];
  const systemIsDark = matchMedia("(prefers-color-scheme: dark)");
  const narrow = matchMedia("(max-width: 40rem)");
  const config = {
    responsive: true,
    displaylogo: false,
    displayModeBar: false,
    showTips: false,
  };

  const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : systemIsDark.matches);

  // A custom property holds both themes; only a property that uses it is resolved to one.
  const probe = document.createElement("span");
  const resolved = (name) => {
    probe.style.color = `var(${name})`;
    document.body.append(probe);
    const colour = getComputedStyle(probe).color;
    probe.remove();
    return colour;
  };

  const colours = (printing) =>
    printing
      ? { ink: "#17212b", muted: "#5a6775", line: "#dfe3e1", surface: "#ffffff" }
      : {
          ink: resolved("--ink"),
          muted: resolved("--muted"),
          line: resolved("--line"),
          surface: resolved("--surface"),
        };

  const axis = (given, theme) => ({
    gridcolor: theme.line,
    linecolor: theme.line,
    zerolinecolor: theme.line,
    tickcolor: theme.line,
    ...given,
    title: { ...given.title, font: { size: 13, color: theme.muted } },
  });

  const axes = (given, theme) => {
    const names = Object.keys(given).filter((name) => /^[xy]axis\d*$/.test(name));
    return Object.fromEntries(names.map((name) => [name, axis(given[name], theme)]));
  };

  const layoutOf = (given, theme) => ({
    font: { family: "system-ui, sans-serif", size: 13, color: theme.ink },
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    margin: { l: 48, r: 16, t: 8, b: 44 },
    hoverlabel: { bgcolor: theme.surface, bordercolor: theme.line, font: { color: theme.ink } },
    dragmode: narrow.matches ? false : "zoom",
    bargap: 0.35,
    ...given,
    legend: {
      orientation: "h",
      x: 0,
      xanchor: "left",
      y: 1.02,
      yanchor: "bottom",
      ...given.legend,
    },
    ...axes(given, theme),
  });

  const traceOf = (trace, theme) => {
    if (trace.meta === "reference") {
      return { ...trace, line: { ...trace.line, color: theme.muted } };
    }
    if (trace.meta === "absent") {
      return { ...trace, marker: { ...trace.marker, color: theme.line } };
    }
    if (trace.mode !== "markers+text") {
      return trace;
    }
    // Labels beside points run into each other on a narrow page; the legend takes their place.
    if (narrow.matches) {
      return { ...trace, mode: "markers", name: trace.text[0], showlegend: true };
    }
    const halo = ["1px 1px", "-1px 1px", "1px -1px", "-1px -1px"];
    const shadow = halo.map((offset) => `${offset} 2px ${theme.surface}`).join(", ");
    return { ...trace, textfont: { ...trace.textfont, shadow } };
  };

  const draw = (printing = false) => {
    const theme = colours(printing);
    for (const plot of plots) {
      const chart = charts[plot.dataset.chart];
      const data = chart.data.map((trace) => traceOf(trace, theme));
      Plotly.react(plot, data, layoutOf(chart.layout, theme), config);
    }
  };

  const drawAll = () => {
    draw();
    systemIsDark.addEventListener("change", () => draw());
    narrow.addEventListener("change", () => draw());
    addEventListener("beforeprint", () => draw(true));
    addEventListener("afterprint", () => draw());
    // A chart that was folded away was drawn without knowing its width. Toggles do not bubble.
    const unfold = (event) => {
      for (const plot of event.target.querySelectorAll(".js-plotly-plot")) {
        if (plot.offsetParent) {
          Plotly.Plots.resize(plot);
        }
      }
    };
    document.addEventListener("toggle", unfold, true);
  };

  const canDraw = typeof Plotly !== "undefined";
  if (canDraw) {
    drawAll();
  } else {
    for (const plot of plots) {
      plot.classList.add("failed");
      plot.textContent = "The chart cannot be drawn here; its data is below.";
    }
  }

  // What is folded away on the screen and yet must be read is unfolded on paper.
  const printed = [...document.querySelectorAll("details.printed:not([open])")];
  const setPrinted = (open) => printed.forEach((one) => one.toggleAttribute("open", open));
  addEventListener("beforeprint", () => setPrinted(true));
  addEventListener("afterprint", () => setPrinted(false));

  // A link to what lies within a fold unfolds it.
  const reveal = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    for (let one = target; one; one = one.parentElement) {
      if (one.tagName === "DETAILS") {
        one.open = true;
      }
    }
  };
  addEventListener("hashchange", reveal);
  reveal();

  // Only a table that can be pushed aside is worth a stop of the tab key.
  const watcher = new ResizeObserver((entries) => {
    for (const { target } of entries) {
      const moves =
        target.scrollWidth > target.clientWidth || target.scrollHeight > target.clientHeight;
      target.tabIndex = moves ? 0 : -1;
    }
  });
  document.querySelectorAll(".scroll").forEach((one) => watcher.observe(one));

  // The contents tell where the reader is: at the last heading that has passed the top.
  const links = [...document.querySelectorAll("nav a")];
  const targets = links.map((link) => document.getElementById(link.hash.slice(1)));
  const mark = () => {
    const line = innerHeight / 4;
    const passed = targets.map((target) => target.getBoundingClientRect().top <= line);
    const current = Math.max(0, passed.lastIndexOf(true));
    const chapter = links[current].closest(".chapters > li").querySelector("a");
    links.forEach((link, index) => {
      if (index === current || link === chapter) {
        link.setAttribute("aria-current", "true");
      } else {
        link.removeAttribute("aria-current");
      }
    });
    // The contents follow where they do not fit: to the side on a phone, down beside the text.
    document.querySelector("nav").scrollTo({ left: chapter.offsetLeft - 16 });
    const list = document.querySelector(".chapters");
    const place = links[current].getBoundingClientRect().top - list.getBoundingClientRect().top;
    if (place < 0 || place > list.clientHeight - 48) {
      list.scrollTop += place - list.clientHeight / 2;
    }
  };
  let waiting = false;
  const markSoon = () => {
    if (!waiting) {
      waiting = true;
      requestAnimationFrame(() => {
        waiting = false;
        mark();
      });
    }
  };
  addEventListener("scroll", markSoon, { passive: true });
  addEventListener("resize", markSoon);
  mark();

  // On a phone the contents are wider than the window: what has the focus is brought in whole.
  document.querySelector("nav").addEventListener("focusin", (event) => {
    event.target.scrollIntoView({ block: "nearest", inline: "nearest" });
  });

  const theme = document.getElementById("theme");
  const nameTheme = () => {
    theme.textContent = isDark() ? "Light theme" : "Dark theme";
  };
  theme.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    nameTheme();
    if (canDraw) {
      draw();
    }
  });
  systemIsDark.addEventListener("change", nameTheme);
  nameTheme();

  document.getElementById("print").addEventListener("click", () => print());

  const types = { json: "application/json", csv: "text/csv" };
  const menu = document.querySelector(".menu");
  for (const button of menu.querySelectorAll("button")) {
    button.addEventListener("click", () => {
      const { source, file } = button.dataset;
      const ending = file.split(".").pop();
      const content = ending === "json" ? read(source) : JSON.parse(read(source));
      const link = document.createElement("a");
      link.href = URL.createObjectURL(new Blob([content], { type: types[ending] }));
      link.download = file;
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 1000);
      menu.open = false;
      menu.querySelector("summary").focus();
    });
  }
  menu.addEventListener("focusout", (event) => {
    if (event.relatedTarget && !menu.contains(event.relatedTarget)) {
      menu.open = false;
    }
  });
  addEventListener("keydown", (event) => {
    if (event.key === "Escape" && menu.open) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });
  addEventListener("click", (event) => {
    if (!menu.contains(event.target)) {
      menu.open = false;
    }
  });
  document.getElementById("controls").hidden = false;
})();
