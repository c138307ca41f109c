#include "base/real.h"

#include "base/text.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { DIGITS = 17, POWERS = 28 }; /* 5^27 is the last that 64 bits hold */

typedef unsigned __int128 wide_t;

static const uint64_t ten_to_16 = 10000000000000000u, ten_to_17 = 100000000000000000u;

static uint64_t five_to(int power)
{
    static const uint64_t steps[] = {1, 5, 25, 125, 625, 3125, 15625};
    uint64_t product = 1;
    for (; power > 6; power -= 6) product *= steps[6];
    return product * steps[power];
}

/* x / 2^shift rounded to whole; false: within its error of a tie, or too far off to tell. error:
 * in units of x. */
static bool round_off(wide_t x, int shift, wide_t error, uint64_t *whole)
{
    if (shift < 2 || shift > 126) return false;
    wide_t half = (wide_t)1 << (shift - 1), rest = x & (2 * half - 1);
    if (rest + error >= half && rest <= half + error) return false;
    *whole = (uint64_t)(x >> shift) + (rest > half);
    return true;
}

/* The digits of mantissa 2^exponent times 10^power, rounded to whole. A power above 27 is taken in
 * two steps: 64 bits of the first product go on, an error of one unit in them. */
static bool scale(uint64_t mantissa, int exponent, int power, uint64_t *whole)
{
    if (power < 0 || power >= 2 * POWERS - 1) return false;
    int first = power < POWERS ? power : POWERS - 1, second = power - first;
    wide_t product = (wide_t)mantissa * five_to(first);
    int shift = -(exponent + power);
    if (!second) return round_off(product, shift, 0, whole);
    uint64_t high = (uint64_t)(product >> 64);
    int cut = high ? 64 - __builtin_clzll(high) : 0;
    uint64_t factor = five_to(second);
    return round_off((product >> cut) * factor, shift - cut, factor, whole);
}

/* value = digits 10^(exponent - 16), digits of 17 places; false: left to printf. value: normal. */
static bool find_digits(double value, uint64_t *digits, int *exponent)
{
    uint64_t bits, hidden = (uint64_t)1 << 52;
    memcpy(&bits, &value, sizeof bits);
    uint64_t mantissa = (bits & (hidden - 1)) | hidden;
    int binary = (int)(bits >> 52) - 1023;
    *exponent = (int)floor(binary * 0.30102999566398120); /* log10(2): right, or one too low */
    for (int again = 0; again < 2; again++) {
        if (!scale(mantissa, binary - 52, DIGITS - 1 - *exponent, digits)) return false;
        if (*digits > ten_to_16 && *digits < ten_to_17) return true;
        ++*exponent;
    }
    return false;
}

/* "00" to "99": two digits a division. */
#define TENS(t) t "0" t "1" t "2" t "3" t "4" t "5" t "6" t "7" t "8" t "9"
static const char pairs[] = TENS("0") TENS("1") TENS("2") TENS("3") TENS("4") TENS("5") TENS("6")
    TENS("7") TENS("8") TENS("9");

static void write_part(uint32_t digits, int places, char *out)
{
    int left = places;
    for (; left >= 2; left -= 2, digits /= 100)
        memcpy(out + left - 2, pairs + 2 * (digits % 100), 2);
    if (left) *out = (char)('0' + digits);
}

/* Digits as text without the zeros at their end; returns how many. Two parts, so that short words
 * do. */
static int write_digits(uint64_t digits, char *out)
{
    enum { LOW = 8, LOW_SIZE = 100000000 };
    write_part((uint32_t)(digits / LOW_SIZE), DIGITS - LOW, out);
    write_part((uint32_t)(digits % LOW_SIZE), LOW, out + DIGITS - LOW);
    int count = DIGITS;
    while (count > 1 && out[count - 1] == '0') count--;
    return count;
}

/* d.ddde-05; two digits do between 1e-37 and 1e17 */
static char *write_scientific(const char *digit, int count, int exponent, char *out)
{
    *out++ = digit[0];
    if (count > 1) *out++ = '.';
    memcpy(out, digit + 1, (size_t)(count - 1));
    out += count - 1;
    *out++ = 'e';
    *out++ = exponent < 0 ? '-' : '+';
    write_part((uint32_t)(exponent < 0 ? -exponent : exponent), 2, out);
    return out + 2;
}

static char *write_fixed(const char *digit, int count, int exponent, char *out)
{
    int before = exponent + 1; /* digits before the point */
    if (before <= 0) {
        memcpy(out, "0.000", 5);
        out += 2 - before;
        before = 0;
    }
    for (int i = 0; i < count || i < before; i++) {
        if (i && i == before) *out++ = '.';
        *out++ = i < count ? digit[i] : '0';
    }
    return out;
}

int llr_real_text(double value, char *out)
{
    uint64_t digits;
    int exponent;
    double size = fabs(value);
    if (!(size >= 1e-37 && size < 1e17) || !find_digits(size, &digits, &exponent))
        return snprintf(out, LLR_NUMBER_TEXT, "%.17g", value);
    char digit[DIGITS], *end = out;
    int count = write_digits(digits, digit);
    if (value < 0) *end++ = '-';
    end = exponent < -4 ? write_scientific(digit, count, exponent, end)
                        : write_fixed(digit, count, exponent, end);
    *end = '\0';
    return (int)(end - out);
}

int llr_whole_text(int64_t value, char *out)
{
    char digit[LLR_NUMBER_TEXT], *begin = digit + sizeof digit;
    uint64_t left = value < 0 ? -(uint64_t)value : (uint64_t)value;
    *--begin = '\0';
    for (; left >= 100; left /= 100) memcpy(begin -= 2, pairs + 2 * (left % 100), 2);
    if (left >= 10)
        memcpy(begin -= 2, pairs + 2 * left, 2);
    else
        *--begin = (char)('0' + left);
    if (value < 0) *--begin = '-';
    int length = (int)(digit + sizeof digit - 1 - begin);
    memcpy(out, begin, (size_t)length + 1);
    return length;
}

int llr_real_compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}
