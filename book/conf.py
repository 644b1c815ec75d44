"""Settings of the book. `make book` builds it, from the notebooks' stored outputs."""

import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

import dalle_edu  # noqa: E402
from book import pages  # noqa: E402

project = "dalle_edu"
author = "the dalle_edu authors"
copyright = "the dalle_edu authors; prose and figures CC BY 4.0, code and weights Apache 2.0"
version = release = dalle_edu.__version__
language = "en"

extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx_copybutton",
    "sphinx_design",
    "sphinxcontrib.bibtex",
    "book.alts",
    "book.docstrings",
    "book.roles",
]
exclude_patterns = ["_build", "_static"]
nitpicky = True
nitpick_ignore_regex = [
    ("py:.*", r"(?!dalle_edu\.).*")
]  # torch and friends are described elsewhere
numfig = True

# Notebooks are shown as they are stored; tests run them elsewhere.
nb_execution_mode = "off"
nb_render_markdown_format = "myst"
myst_enable_extensions = ["amsmath", "colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 3
bibtex_bibfiles = ["refs.bib"]
bibtex_default_style = "plain"
bibtex_reference_style = "author_year"

autodoc_default_options = {"member-order": "bysource"}
autodoc_inherit_docstrings = False
autodoc_typehints = "signature"
autodoc_preserve_defaults = True
napoleon_numpy_docstring = False
add_module_names = False
python_maximum_signature_line_length = 88
copybutton_prompt_text = r"\$ "
copybutton_prompt_is_regexp = True

# Everything that a page loads lies in the site: see tools/vendor_js.py.
mathjax_path = "vendor/mathjax.js"
mathjax3_config = {"options": {"enableMenu": False, "enableAssistiveMml": True}}
nb_ipywidgets_js = {
    "vendor/require.js": {},
    "vendor/widgets.js": {"data-jupyter-widgets-cdn-only": "false"},
}
html_js_files = ["widgets-math.js"]
html_css_files = ["book.css"]
html_static_path = ["_static"]
html_theme = "sphinx_book_theme"
html_title = "dalle_edu"
html_favicon = "_static/icon.svg"
html_context = {"default_mode": "auto"}  # light or dark, as the reader's system says
html_copy_source = False
html_show_sourcelink = False
html_theme_options = {
    "navbar_persistent": [],  # its search button would stand there twice
    "show_navbar_depth": 1,
    "show_toc_level": 2,
    "use_download_button": False,  # every chapter has a link of its own
    "use_fullscreen_button": False,
}


def setup(app):
    """Makes the generated pages, and tells the roles which chapters there are."""
    every = {chapter.number: chapter for chapter in pages.main()}
    app.add_config_value("course", every, "env")
    app.connect("build-finished", without_maps)


def without_maps(app, error):
    """Removes the themes' source maps: four megabytes that no reader's browser asks for."""
    for path in Path(app.outdir, "_static").rglob("*.map"):
        path.unlink()
