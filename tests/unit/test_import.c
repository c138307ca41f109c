/* Imports: what is written, the split that is made, and that nothing is left where one fails. */
#include "npy_file.h"
#include "store/dataset.h"
#include "store/import.h"
#include "suite.h"

#include <dirent.h>
#include <math.h>
#include <sys/stat.h>

enum { ROWS = 120, DIM = 3 };

/* A folder of inputs that an import may be made of. */
typedef struct world {
    double x[ROWS * DIM];
    char folder[600], features[600], labels[600], groups[600], output[600 + 8];
    llr_import_t import;
    llr_source_t made;
    llr_error_t error;
} world_t;

static const char *put_list(const char *name, const char *const *word, int words)
{
    char text[4096] = "";
    for (int i = 0; i < ROWS; i++) strcat(strcat(text, word[(i * i + i / 3) % words]), "\n");
    return write_words(name, text);
}

static void write_features(world_t *world)
{
    write_npy("X.npy", "<f8", "(120, 3)", world->x, sizeof world->x);
}

static void begin(world_t *world)
{
    static const char *const label[] = {"cat", "dog", "cat", "eel"}, *const group[] = {"5", "-5"};
    *world = (world_t){0};
    strcpy(world->folder, in_scratch("out"));
    for (int i = 0; i < ROWS * DIM; i++) world->x[i] = 0.1 * i - 7;
    mkdir(world->folder, 0777);
    write_features(world);
    strcpy(world->features, in_scratch("X.npy"));
    strcpy(world->labels, put_list("y.csv", label, 4));
    strcpy(world->groups, put_list("g.csv", group, 2));
    snprintf(world->output, sizeof world->output, "%s/a.h5", world->folder);
    world->import = (llr_import_t){.features = world->features,
                                   .labels = world->labels,
                                   .groups = world->groups,
                                   .output = world->output};
}

static llr_code_t import(world_t *world)
{
    llr_source_close(&world->made);
    world->error.text[0] = '\0';
    return llr_import_run(&world->import, &world->made, &world->error);
}

/* Files in the output's folder, hidden ones too. */
static int count_files(const char *folder)
{
    int files = 0;
    DIR *list = opendir(folder);
    CU_ASSERT_PTR_NOT_NULL_FATAL(list);
    for (struct dirent *entry; (entry = readdir(list));)
        files += strcmp(entry->d_name, ".") && strcmp(entry->d_name, "..");
    closedir(list);
    return files;
}

static void end(world_t *world)
{
    llr_source_close(&world->made);
    unlink(world->output);
    CU_ASSERT_EQUAL(count_files(world->folder), 0);
    CU_ASSERT_EQUAL(rmdir(world->folder), 0);
    unlink(world->features);
    unlink(world->labels);
    unlink(world->groups);
}

static void open_output(const world_t *world, llr_source_t *source)
{
    llr_error_t error = {0};
    llr_code_t code = llr_source_open_h5(source, world->output, &error);
    if (code != LLR_OK) fprintf(stderr, "%s\n", error.text);
    CU_ASSERT_EQUAL_FATAL(code, LLR_OK);
}

static void what_is_read_is_written(void)
{
    static const int32_t class_of[] = {0, 1, 0, 2};
    for (int single = 0; single < 2; single++) {
        world_t world;
        llr_source_t source;
        double x[ROWS * DIM];
        begin(&world);
        world.import.single = single;
        CU_ASSERT_EQUAL_FATAL(import(&world), LLR_OK);
        open_output(&world, &source);
        CU_ASSERT_EQUAL(source.type, single ? LLR_FLOAT32 : LLR_FLOAT64);
        CU_ASSERT_EQUAL(source.classes, 3);
        CU_ASSERT_EQUAL(source.groups, 2);
        CU_ASSERT_PTR_NULL(source.split);
        CU_ASSERT_STRING_EQUAL(source.name, "a");
        CU_ASSERT_PTR_NOT_NULL(strstr(source.origin, "source: features "));
        CU_ASSERT_STRING_EQUAL(source.class_name[2], "eel");
        CU_ASSERT_STRING_EQUAL(source.group_name[0], "-5");
        CU_ASSERT_EQUAL_FATAL(source.read(&source, 0, ROWS, x, NULL), LLR_OK);
        for (int i = 0; i < ROWS * DIM; i++)
            CU_ASSERT_EQUAL(single ? (double)((float *)(void *)x)[i] : x[i],
                            single ? (double)(float)world.x[i] : world.x[i]);
        for (int i = 0; i < ROWS; i++) {
            CU_ASSERT_EQUAL(source.label[i], class_of[(i * i + i / 3) % 4]);
            CU_ASSERT_EQUAL(source.group[i], 1 - (i * i + i / 3) % 2);
        }
        llr_source_close(&source);
        end(&world);
    }
}

/* The task that a job makes of the file by the same fractions and seed. */
static void split_by_job(const world_t *world, int64_t seed, int8_t *part)
{
    llr_source_t source;
    llr_hash_t content;
    llr_dataset_t dataset;
    llr_job_dataset_t entry = {.name = "a",
                               .path = "a.h5",
                               .has_split = true,
                               .split_fraction = {.5, .2, .3},
                               .split_seed = seed};
    llr_job_t job = {.file = "a.yaml", .dataset = &entry, .datasets = 1};
    open_output(world, &source);
    CU_ASSERT_EQUAL_FATAL(llr_source_scan(&source, &content, NULL), LLR_OK);
    CU_ASSERT_EQUAL_FATAL(llr_dataset_create(&dataset, &job, 0, &source, content, NULL), LLR_OK);
    memset(part, 0, ROWS);
    for (int s = 0; s < LLR_SPLITS; s++)
        for (int64_t i = 0; i < dataset.eval[s].rows; i++)
            part[dataset.eval[s].row[i]] = (int8_t)(s + 1);
    llr_dataset_destroy(&dataset);
    llr_source_close(&source);
}

static void a_split_is_the_one_a_job_makes(void)
{
    static const double fractions[] = {.5, .2, .3};
    world_t world;
    int8_t wanted[2][ROWS];
    begin(&world);
    CU_ASSERT_EQUAL_FATAL(import(&world), LLR_OK);
    for (int seed = 0; seed < 2; seed++) split_by_job(&world, seed, wanted[seed]);
    CU_ASSERT_NOT_EQUAL(memcmp(wanted[0], wanted[1], ROWS), 0);
    world.import.fractions = fractions;
    world.import.force = true;
    for (int seed = 0; seed < 2; seed++) {
        llr_source_t source;
        world.import.seed = seed;
        CU_ASSERT_EQUAL_FATAL(import(&world), LLR_OK);
        open_output(&world, &source);
        CU_ASSERT_EQUAL(memcmp(source.split, wanted[seed], ROWS), 0);
        CU_ASSERT_PTR_NOT_NULL(strstr(source.origin, "; split 0.5, 0.2, 0.3, seed "));
        llr_source_close(&source);
    }
    end(&world);
}

static void a_split_may_be_given(void)
{
    static const char *const words[] = {"train", "val", "test", "Pool"};
    static const int8_t part[] = {0, 1, 2, 0};
    world_t world;
    begin(&world);
    char path[600];
    strcpy(path, put_list("s.csv", words, 4));
    world.import.split = path;
    CU_ASSERT_EQUAL_FATAL(import(&world), LLR_OK);
    for (int i = 0; i < ROWS; i++) CU_ASSERT_EQUAL(world.made.split[i], part[(i * i + i / 3) % 4]);
    unlink(path);
    end(&world);
}

/* A dataset file imported once more: lists beside its features come along, but for what is given
 * anew. */
static void a_dataset_keeps_its_lists(void)
{
    static const char *const words[] = {"train", "val", "test", "pool"};
    static const double fractions[] = {.5, .2, .3};
    world_t world, again;
    char parts[600];
    begin(&world);
    strcpy(parts, put_list("s.csv", words, 4));
    world.import.split = parts;
    CU_ASSERT_EQUAL_FATAL(import(&world), LLR_OK);
    again = world;
    memset(&again.made, 0, sizeof again.made);
    again.import = (llr_import_t){.features = world.output, .output = in_scratch("b.h5")};
    CU_ASSERT_EQUAL_FATAL(import(&again), LLR_OK);
    CU_ASSERT_EQUAL(again.made.groups, 2);
    CU_ASSERT_PTR_NOT_NULL_FATAL(again.made.group);
    CU_ASSERT_PTR_NOT_NULL_FATAL(again.made.split);
    CU_ASSERT_EQUAL(memcmp(again.made.group, world.made.group, ROWS * sizeof(int32_t)), 0);
    CU_ASSERT_EQUAL(memcmp(again.made.split, world.made.split, ROWS), 0);
    again.import.force = true;
    again.import.fractions = fractions;
    CU_ASSERT_EQUAL_FATAL(import(&again), LLR_OK);
    CU_ASSERT_EQUAL(again.made.groups, 2);
    CU_ASSERT_NOT_EQUAL(memcmp(again.made.split, world.made.split, ROWS), 0);
    llr_source_close(&again.made);
    unlink(again.import.output);
    unlink(parts);
    end(&world);
}

/* Refused with this in the line, and the folder of outputs stays empty. */
static void check_refused(world_t *world, llr_code_t wanted, const char *text)
{
    llr_code_t code = import(world);
    bool good = code == wanted && strstr(world->error.text, text);
    if (!good) fprintf(stderr, "wanted %s\ngot    %d %s\n", text, code, world->error.text);
    CU_ASSERT_TRUE(good);
    CU_ASSERT_EQUAL(count_files(world->folder), 0);
}

static void values_are_refused_where_they_stand(void)
{
    world_t world;
    begin(&world);
    double kept = world.x[50 * DIM + 2];
    world.x[50 * DIM + 2] = NAN;
    write_features(&world);
    check_refused(&world, LLR_INVALID,
                  "X.npy: row 50, column 2 is NaN; all features must be finite");
    world.x[50 * DIM + 2] = -INFINITY;
    write_features(&world);
    check_refused(&world, LLR_INVALID, "X.npy: row 50, column 2 is infinite");
    world.x[50 * DIM + 2] = 1e300;
    write_features(&world);
    world.import.single = true;
    check_refused(&world, LLR_INVALID, "X.npy: row 50 has a number that float32 cannot hold");
    world.x[50 * DIM + 2] = kept;
    end(&world);
}

static void lists_are_refused(void)
{
    static const char *const one[] = {"a"}, *const two[] = {"0", "1"}, *const parts[] = {"0", "9"};
    static const char *const four[] = {"2", "1", "3", "0"};
    static const double fractions[] = {.98, .01, .01};
    world_t world;
    begin(&world);
    world.import.fractions = fractions;
    check_refused(&world, LLR_INVALID, "which leaves none for the part validation");
    world.import.fractions = NULL;
    world.import.labels = NULL;
    check_refused(&world, LLR_INVALID, "import: --labels FILE is needed: ");
    world.import.labels = put_list("z.csv", one, 1);
    check_refused(&world, LLR_INVALID, "every row has the same label");
    write_words("z.csv", "1\n2\n");
    check_refused(&world, LLR_INVALID, "has 2 rows, but ");
    world.import.labels = world.labels;
    world.import.split = put_list("z.csv", two, 2);
    check_refused(&world, LLR_INVALID, "no row has 2; a split has 0 (pool, train, ");
    world.import.split = put_list("z.csv", parts, 2);
    check_refused(
        &world, LLR_INVALID,
        "is `9`; a split has 0 (pool, train, retrain), 1 (validation, valid, val) and 2 (test)");
    world.import.split = put_list("z.csv", four, 4);
    check_refused(&world, LLR_INVALID, "z.csv: row 3 is `3`; a split has 0 (");
    unlink(in_scratch("z.csv"));
    end(&world);
}

static bool stop_at_once(void *argument, int64_t done, int64_t rows)
{
    *(int64_t *)argument += done;
    return rows == ROWS;
}

static void a_stop_leaves_nothing(void)
{
    world_t world;
    int64_t told = 0;
    begin(&world);
    world.import.progress = stop_at_once;
    world.import.argument = &told;
    check_refused(&world, LLR_STOPPED, "stopped; nothing was written");
    CU_ASSERT_EQUAL(told, ROWS);
    end(&world);
}

/* Also by an import that fails. */
static void what_is_there_is_not_harmed(void)
{
    world_t world;
    llr_source_t source;
    begin(&world);
    CU_ASSERT_EQUAL_FATAL(import(&world), LLR_OK);
    CU_ASSERT_EQUAL(import(&world), LLR_INVALID);
    CU_ASSERT_PTR_NOT_NULL(strstr(world.error.text, "a.h5: is there already; --force replaces it"));
    world.import.force = true;
    CU_ASSERT_EQUAL(import(&world), LLR_OK);
    world.x[4] = NAN;
    write_features(&world);
    CU_ASSERT_EQUAL(import(&world), LLR_INVALID);
    open_output(&world, &source);
    llr_source_close(&source);
    end(&world);
}

int main(void)
{
    static const llr_test_t tests[] = {
        {"what is read is written", what_is_read_is_written},
        {"a split is the one a job makes", a_split_is_the_one_a_job_makes},
        {"a split may be given", a_split_may_be_given},
        {"a dataset keeps its lists", a_dataset_keeps_its_lists},
        {"values are refused where they stand", values_are_refused_where_they_stand},
        {"lists are refused", lists_are_refused},
        {"a stop leaves nothing", a_stop_leaves_nothing},
        {"what is there is not harmed", what_is_there_is_not_harmed},
    };
    return LLR_RUN_SUITE("import", tests);
}
