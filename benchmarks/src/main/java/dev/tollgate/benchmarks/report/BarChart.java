package dev.tollgate.benchmarks.report;

import java.util.List;
import java.util.Locale;

/** Horizontal bars as an SVG picture, which reads on a light and on a dark page. */
public final class BarChart {
    private static final int WIDTH = 860;
    private static final int LABEL_WIDTH = 330;
    private static final int BAR_WIDTH = 400;
    private static final int ROW_HEIGHT = 30;
    private static final int HEAD_HEIGHT = 44;
    private static final String FRONT = "#2f6f9f";
    private static final String OTHER = "#8a8f98";

    /**
     * A bar.
     *
     * @param label left of it
     * @param value its length, 0 or more
     * @param text right of it
     * @param own whether it is drawn as ours
     */
    public record Bar(String label, double value, String text, boolean own) {}

    private BarChart() {}

    /** The picture, as the text of an SVG file. The longest bar takes the whole width. */
    public static String svg(String title, List<Bar> bars) {
        double longest = bars.stream().mapToDouble(Bar::value).max().orElse(1);
        int height = HEAD_HEIGHT + bars.size() * ROW_HEIGHT + 10;
        StringBuilder svg = new StringBuilder(String.format(
                Locale.ROOT,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\""
                        + " role=\"img\" font-family=\"sans-serif\" font-size=\"14\">%n<title>%s</title>%n<rect"
                        + " width=\"100%%\" height=\"100%%\" fill=\"#ffffff\"/>%n<text x=\"16\" y=\"26\""
                        + " font-weight=\"bold\" fill=\"#1f2328\">%s</text>%n",
                WIDTH,
                height,
                WIDTH,
                height,
                escaped(title),
                escaped(title)));
        int y = HEAD_HEIGHT;
        for (Bar bar : bars) {
            long width = Math.max(1, Math.round(BAR_WIDTH * bar.value() / longest));
            svg.append(String.format(
                    Locale.ROOT,
                    "<text x=\"%d\" y=\"%d\" text-anchor=\"end\" fill=\"#1f2328\">%s</text>"
                            + "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"18\" fill=\"%s\"/>"
                            + "<text x=\"%d\" y=\"%d\" fill=\"#1f2328\">%s</text>%n",
                    LABEL_WIDTH - 10,
                    y + 14,
                    escaped(bar.label()),
                    LABEL_WIDTH,
                    y,
                    width,
                    bar.own() ? FRONT : OTHER,
                    LABEL_WIDTH + width + 8,
                    y + 14,
                    escaped(bar.text())));
            y += ROW_HEIGHT;
        }
        return svg.append("</svg>\n").toString();
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
