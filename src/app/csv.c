#include "app/csv.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

void llr_csv_text(const char *text)
{
    if (!text[strcspn(text, ",\"\r\n")]) {
        printf("%s", text);
        return;
    }
    putchar('"');
    for (; *text; text++) {
        if (*text == '"') putchar('"');
        putchar(*text);
    }
    putchar('"');
}

void llr_csv_number(double value)
{
    if (!isnan(value)) printf("%.17g", value);
}
