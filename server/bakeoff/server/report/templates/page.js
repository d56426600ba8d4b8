"use strict";
(() => {
  const read = (id) => document.getElementById(id).textContent;
  const charts = JSON.parse(read("chart-data"));
  const plots = [...document.querySelectorAll(".plot")];
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const narrow = matchMedia("(max-width: 40rem)");
  const config = {
    responsive: true,
    displaylogo: false,
    displayModeBar: false,
    showTips: false,
  };

  const colours = (printing) => {
    const style = getComputedStyle(document.documentElement);
    const variable = (name) => style.getPropertyValue(name).trim();
    return printing
      ? { ink: "#17212b", muted: "#5a6775", line: "#dfe3e1", surface: "#ffffff" }
      : {
          ink: variable("--ink"),
          muted: variable("--muted"),
          line: variable("--line"),
          surface: variable("--surface"),
        };
  };

  const axis = (given, theme) => ({
    gridcolor: theme.line,
    linecolor: theme.line,
    zerolinecolor: theme.line,
    tickcolor: theme.line,
    ...given,
    title: { ...given.title, font: { size: 13, color: theme.muted } },
  });

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
    xaxis: axis(given.xaxis, theme),
    yaxis: axis(given.yaxis, theme),
  });

  const dataOf = (traces, theme) =>
    traces.map((trace) => {
      if (trace.meta === "reference") {
        return { ...trace, line: { ...trace.line, color: theme.muted } };
      }
      // Labels beside points run into each other on a narrow page; the legend takes their place.
      return narrow.matches && trace.mode === "markers+text"
        ? { ...trace, mode: "markers", showlegend: true }
        : trace;
    });

  const draw = (printing = false) => {
    const theme = colours(printing);
    for (const plot of plots) {
      const chart = charts[plot.dataset.chart];
      Plotly.react(plot, dataOf(chart.data, theme), layoutOf(chart.layout, theme), config);
    }
  };

  if (typeof Plotly === "undefined") {
    for (const plot of plots) {
      plot.classList.add("failed");
      plot.textContent = "The chart cannot be drawn here; its data is below.";
    }
  } else {
    draw();
    dark.addEventListener("change", () => draw());
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
  }

  const button = document.getElementById("download");
  button.hidden = false;
  button.addEventListener("click", () => {
    const blob = new Blob([read("report-data")], { type: "application/json" });
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = "report.json";
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  });
})();
