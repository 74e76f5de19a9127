// Package storybook shows every component in every state: whoever writes a new
// page looks here first. Its stories are golden files, and are looked at by a
// browser in every look.
package storybook

import (
	"context"

	"github.com/a-h/templ"

	"kopilka/internal/edge/ui"
	"kopilka/internal/platform/i18n"
)

// Story is a component, or some that belong together, in some states.
type Story struct {
	ID    string
	RU    string // its name
	EN    string
	Shows func(ctx context.Context) templ.Component
}

// Name is the story's in the reader's language.
func (s *Story) Name(ctx context.Context) string { return say(ctx, s.RU, s.EN) }

// say is an example's words: they are nobody's texts but the storybook's.
func say(ctx context.Context, ru, en string) string {
	if ui.Of(ctx).Lang == i18n.EN {
		return en
	}
	return ru
}

// Stories are all of them.
func Stories() []Story {
	return []Story{
		{"buttons", "Кнопки", "Buttons", buttons},
		{"menu", "Меню", "Menu", menus},
		{"badges", "Значки", "Badges", badges},
		{"figures", "Показатели", "Figures", figures},
		{"fields", "Поля", "Fields", fields},
		{"passkeys", "Ключи доступа", "Passkeys", passkeys},
		{"wrong", "Поля с ошибками", "Wrong fields", wrongFields},
		{"choices", "Выбор", "Choices", choices},
		{"banners", "Сообщения на странице", "Banners", banners},
		{"empty", "Пустые места", "Empty places", empties},
		{"loading", "Загрузка", "Loading", loadings},
		{"dialogs", "Окна", "Dialogs", dialogs},
		{"tabs", "Вкладки и путь", "Tabs and path", tabs},
		{"table", "Таблица", "Table", tables},
		{"figure-table", "Таблица чисел", "Table of figures", figureTables},
		{"charts", "Графики", "Charts", charts},
		{"timeline", "Что было", "Timeline", timelines},
	}
}
