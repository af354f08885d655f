package dev.tollgate.gate;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Which response headers are made.
 *
 * @param prefixByMeter the X-headers: meter id to prefix. {@code requests -> X-RateLimit} makes
 *     {@code X-RateLimit-Bucket}, {@code -Limit}, {@code -Remaining} and {@code -Reset}; empty for none
 * @param ietf whether {@code RateLimit-Policy} and {@code RateLimit} are made
 * @param retryAfter whether {@code Retry-After} is made for denials
 */
public record HeaderSettings(Map<String, String> prefixByMeter, boolean ietf, boolean retryAfter) {
    public HeaderSettings {
        prefixByMeter = Collections.unmodifiableMap(new LinkedHashMap<>(prefixByMeter));
    }

    /**
     * {@code X-RateLimit-*} for requests, {@code X-Complexity-*} for complexity, the IETF pair and {@code Retry-After}.
     */
    public static HeaderSettings standard() {
        Map<String, String> prefixes = new LinkedHashMap<>();
        prefixes.put("requests", "X-RateLimit");
        prefixes.put("complexity", "X-Complexity");
        return new HeaderSettings(prefixes, true, true);
    }
}
