"""What screen readers are told, added to HTML as Sphinx writes it."""

import pytest

from erfm.report.markup import spoken


def test_chinese_is_marked_as_one_run_with_its_punctuation():
    page = "<p>Churn (流失、客户) is 客户流失。 Not 客 户.</p>"
    assert spoken(page) == (
        '<p>Churn (<span lang="zh">流失、客户</span>) is <span lang="zh">客户流失。</span> Not '
        '<span lang="zh">客</span> <span lang="zh">户</span>.</p>'
    )


@pytest.mark.parametrize(
    "page",
    [
        '<p title="流失">churn</p>',
        "<title>流失</title><script>'流失 <b>'</script><pre><b>流失</b></pre><code>流失</code>",
        '<p>glossed: <span lang="zh">流失<b>客户</b></span></p>',
        "<p>顧客の離反</p>",  # Japanese
        "<!doctype html><!-- 流失 --><p>a &lt; b&#91;1&#93; <br> <img src='x'/> &nbsp;</p>",
    ],
)
def test_what_is_no_chinese_text_stays_as_it_is(page):
    assert spoken(page) == page


def test_text_after_what_is_left_alone_is_marked():
    page = '<html lang="en"><p>流失<code>流失</code><br>流失</html>'
    marked = '<span lang="zh">流失</span>'
    assert spoken(page) == f'<html lang="en"><p>{marked}<code>流失</code><br>{marked}</html>'


def test_headings_of_tables_say_what_they_head_and_empty_ones_are_none():
    page = (
        "<table><thead><tr><th class='blank'>&nbsp;</th><th>B</th></tr></thead>"
        "<tbody><tr><th>Age</th><td>0.1</td></tr><tr><th></th><td></td></tr></tbody></table>"
    )
    assert spoken(page) == (
        "<table><thead><tr><td class='blank'>&nbsp;</td><th scope=\"col\">B</th></tr></thead>"
        '<tbody><tr><th scope="row">Age</th><td>0.1</td></tr><tr><td></td><td></td></tr></tbody>'
        "</table>"
    )


def test_a_fold_is_called_what_it_says_and_the_page_s_parts_have_names():
    page = '<aside class="toc-drawer"><summary aria-label="Toggle hidden content">Code</summary>'
    assert (
        spoken(page)
        == '<aside class="toc-drawer" aria-label="On this page"><summary>Code</summary>'
    )


def test_what_is_true_on_a_screen_only_can_be_left_out_in_print():
    said = "★ warm-up. The answers stand below, folded."
    assert spoken(f"<p>{said}</p><code>{said}</code>") == (
        '<p>★ warm-up. <span class="on-screen">The answers stand below, folded.</span></p>'
        f"<code>{said}</code>"
    )


def test_the_boxes_that_open_the_lists_stand_in_a_landmark():
    box = '<input type="checkbox" class="sidebar-toggle" id="__{}">'
    boxes = box.format("navigation") + box.format("toc")
    assert spoken(f"<body>{boxes}<label>") == (
        f'<body><nav class="toggles" aria-label="Open and shut the lists">{boxes}</nav><label>'
    )


def test_parameters_of_a_long_signature_are_a_list_and_other_descriptions_stay():
    page = '<dl class="py"><dt>f(<dl>{}</dl>)</dt><dd><dl><dt>n</dt><dd>Number.</dd></dl></dd></dl>'
    parameters = '<dd><em class="sig-param">n</em>,</dd><dd><em class="sig-param">p</em>,</dd>'
    listed = parameters.replace("dd>", "li>")
    assert spoken(page.format(parameters)) == page.format("").replace(
        "<dl></dl>", f'<ul class="sig-params">{listed}</ul>'
    )
