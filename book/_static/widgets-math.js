// The widget manager typesets labels by MathJax 2's queue; MathJax 3 is what is here.
window.addEventListener("load", () => {
  if (window.MathJax && !window.MathJax.Hub) {
    const typeset = (job) => window.MathJax.typesetPromise?.([job[2]].flat().filter(Boolean));
    window.MathJax.Hub = { Queue: typeset };
  }
});
