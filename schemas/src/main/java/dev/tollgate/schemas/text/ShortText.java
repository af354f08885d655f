package dev.tollgate.schemas.text;

/** Text that is cut to a bound without cutting a character in two. */
public final class ShortText {
    private ShortText() {}

    /**
     * The beginning of a text. Half a surrogate pair is left out: it has no form in UTF-8.
     *
     * @param maxChars UTF-16 units of the result at most, >= 1
     * @return the text itself if it is short enough
     */
    public static String cut(String text, int maxChars) {
        if (text.length() <= maxChars) {
            return text;
        }
        return text.substring(0, Character.isHighSurrogate(text.charAt(maxChars - 1)) ? maxChars - 1 : maxChars);
    }

    /** The same for people, who see by three dots that something was cut off; the dots come on top of the bound. */
    public static String shown(String text, int maxChars) {
        return text.length() <= maxChars ? text : cut(text, maxChars) + "...";
    }
}
